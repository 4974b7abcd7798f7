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
 * What a sweep tries: every combination of the grid's values, and with each of them the same random samples of the other keys, so that points
 * of the grid are compared at equal samples.
 *
 * @param grid keys of which every combination is tried
 * @param random keys whose values are drawn
 * @param samples how many draws; 0 without random keys
 * @param seed of the draws, which do not depend on the seeds of training
 */
public record Space(List<SweptKey.Listed> grid, List<SweptKey> random, int samples, long seed) {
    /** Draws for each sample before it is given up that it differs from those before. */
    private static final int PATIENCE = 1000;

    /** Checks that there is something to try, and that every sample can be another point. */
    public Space {
        grid = List.copyOf(grid);
        random = List.copyOf(random);
        Check.that(!grid.isEmpty() || !random.isEmpty(), "a space needs at least one key");
        Check.that(random.isEmpty() == (samples == 0), "samples (%d) go with random keys", samples);
        double different = different(random);
        Check.that(
                samples <= different,
                "random.samples (%d) is more than the %.0f different samples that the keys allow",
                samples,
                different);
    }

    /** A grid alone. */
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

    /** Returns all keys, those of the grid first. */
    public List<SweptKey> keys() {
        return Stream.concat(grid.stream(), random.stream()).toList();
    }

    /** Returns the number of points, {@link Long#MAX_VALUE} if that is more than a long holds. */
    public long count() {
        double count = Math.max(1, samples);
        for (SweptKey.Listed key : grid) {
            count *= key.values().size();
        }
        return (long) count;
    }

    /** Returns the points; the last key of the grid changes fastest, after the samples. */
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

    /** Samples that differ from each other; more samples of the same seed begin with these. */
    private List<Map<String, JsonNode>> draw() {
        // Java specifies this generator's numbers, so that a sweep has the same points on every machine and release.
        Random generator = new Random(seed);
        Set<Map<String, JsonNode>> drawn = new LinkedHashSet<>();
        for (long tries = 0; drawn.size() < samples; tries++) {
            Check.that(
                    tries < (long) PATIENCE * samples,
                    "random.samples (%d): after %d draws there are %d different samples; widen a range or take fewer",
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
