package dev.mojave.lab.sweep;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The search space of a sweep: every combination of the grid's values, each with the same random samples of the other keys, so
 * that points of the grid are compared on equal samples.
 *
 * @param grid keys whose values are tried in every combination
 * @param random keys whose values are drawn
 * @param samples number of draws; 0 without random keys
 * @param seed seed of the draws, independent of the training seeds
 */
public record Space(List<SweptKey.Listed> grid, List<SweptKey> random, int samples, long seed) {
    /** Average number of draws per sample after which the search for distinct samples gives up. */
    private static final int PATIENCE = 1000;

    /** Checks that there is at least one key, and that there are enough distinct samples. */
    public Space {
        grid = List.copyOf(grid);
        random = List.copyOf(random);
        Check.that(!grid.isEmpty() || !random.isEmpty(), "a space needs at least one key");
        Check.that(
                random.isEmpty() == (samples == 0),
                "samples (%d) must be 0 without random keys and positive with them",
                samples);
        double different = different(random);
        Check.that(
                samples <= different,
                "random.samples (%d) is more than the %.0f distinct samples that the keys allow; take fewer",
                samples,
                different);
    }

    /** Returns a space without random keys. */
    public static Space grid(Map<String, List<JsonNode>> values) {
        return new Space(listed(values), List.of(), 0, 0);
    }

    static List<SweptKey.Listed> listed(Map<String, List<JsonNode>> values) {
        return values.entrySet().stream()
                .map(entry -> new SweptKey.Listed(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static double different(List<SweptKey> random) {
        return random.stream()
                .mapToDouble(key -> switch (key) {
                    case SweptKey.Listed listed -> listed.values().size();
                    case SweptKey.Range range -> range.whole() ? range.to() - range.from() + 1 : Double.MAX_VALUE;
                })
                .reduce(1, (a, b) -> a * b);
    }

    /** Returns all keys, the grid's first. */
    public List<SweptKey> keys() {
        return Stream.concat(grid.stream(), random.stream()).toList();
    }

    /** Describes each key whose value at this point is the smallest or largest of more than two numbers: the optimum may lie beyond it. */
    public List<String> edges(Point point) {
        List<String> edges = new ArrayList<>();
        for (SweptKey key : keys()) {
            if (key instanceof SweptKey.Listed(String path, var values)
                    && values.size() > 2
                    && values.stream().allMatch(JsonNode::isNumber)) {
                double chosen = point.number(path);
                boolean smallest = values.stream().allMatch(value -> value.doubleValue() >= chosen);
                boolean largest = values.stream().allMatch(value -> value.doubleValue() <= chosen);
                if (smallest || largest) {
                    edges.add(path + " (" + point.text(path) + ") is the " + (smallest ? "smallest" : "largest")
                            + " value tried");
                }
            }
        }
        return edges;
    }

    /** Returns the number of points, or {@link Long#MAX_VALUE} if it exceeds that. */
    public long count() {
        double count = Math.max(1, samples);
        for (SweptKey.Listed key : grid) {
            count *= key.values().size();
        }
        return (long) count;
    }

    /** Returns the points; the samples vary fastest, then the last key of the grid. */
    public List<Point> points() {
        List<Map<String, JsonNode>> combinations = List.of(Map.of());
        for (SweptKey.Listed key : grid) {
            combinations = combinations.stream()
                    .flatMap(before -> key.values().stream().map(value -> with(before, key.path(), value)))
                    .toList();
        }
        List<Map<String, JsonNode>> samplesToTry = samples == 0 ? List.of(Map.of()) : draw();
        List<Point> points = new ArrayList<>();
        for (Map<String, JsonNode> combination : combinations) {
            for (Map<String, JsonNode> sample : samplesToTry) {
                Map<String, JsonNode> values = new LinkedHashMap<>(combination);
                values.putAll(sample);
                points.add(new Point(points.size() + 1, values));
            }
        }
        return points;
    }

    /** Draws distinct samples; a larger number of samples from the same seed begins with the same ones. */
    private List<Map<String, JsonNode>> draw() {
        // Java specifies the output of this generator, so a sweep has the same points on every machine and Java
        // release.
        Random generator = new Random(seed);
        Set<Map<String, JsonNode>> drawn = new LinkedHashSet<>();
        for (long tries = 0; drawn.size() < samples; tries++) {
            Check.that(
                    tries < (long) PATIENCE * samples,
                    "random.samples (%d): %d draws gave only %d distinct samples; widen a range or take fewer",
                    samples,
                    tries,
                    drawn.size());
            Map<String, JsonNode> sample = new LinkedHashMap<>();
            for (SweptKey key : random) {
                sample.put(
                        key.path(),
                        switch (key) {
                            case SweptKey.Listed listed ->
                                listed.values()
                                        .get(generator.nextInt(listed.values().size()));
                            case SweptKey.Range range -> range.draw(generator);
                        });
            }
            drawn.add(sample);
        }
        return List.copyOf(drawn);
    }

    private static Map<String, JsonNode> with(Map<String, JsonNode> before, String path, JsonNode value) {
        Map<String, JsonNode> values = new LinkedHashMap<>(before);
        values.put(path, value);
        return values;
    }
}
