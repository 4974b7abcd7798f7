package dev.mojave.lab.sweep;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.trials.TrialLimit;
import dev.mojave.run.recipe.Overrides;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The recipe of a sweep: a training recipe with {@code grid} or {@code random} or both, and optionally {@code seeds} and {@code
 * halving}. It is kept as typed, because defaults that depend on a swept key change with it from point to point.
 */
public final class SweepRecipe {
    /** More trials than this need a confirmation. */
    public static final long MANY_TRIALS = TrialLimit.MANY;

    private static final List<String> KEYS = List.of("grid", "random", "halving", "seeds");
    private static final List<String> LENGTHS = List.of("train.steps", "train.tokens", "train.words", "train.epochs");

    /** Keys that are not settings of a model or its training, each with what to do instead of sweeping it. */
    private static final Map<String, String> NOT_SWEPT = notSwept();

    private static Map<String, String> notSwept() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put("name", "trials are named automatically; remove it");
        reasons.put("data", "losses over different text or tokens cannot be ranked; run a sweep for each");
        reasons.put("engine", "all trials of a sweep run with the same engine; run a sweep for each");
        reasons.put("train.seed", "list seeds under seeds: [1, 2, 3]; every point is trained with each");
        reasons.put("train.eval_tokens", "it changes the measurement, not the training; set it for the whole sweep");
        return reasons;
    }

    /** The {@code random} section. */
    record Drawn(int samples, @Default("0") long seed, Map<String, JsonNode> keys) {
        Drawn {
            Check.that(samples >= 1, "samples (%d) must be at least 1", samples);
            Check.that(
                    !keys.isEmpty(),
                    "keys lists no key; for example keys: {train.learning_rate: {from: 1.0e-4, to: 1.0e-2,"
                            + " scale: log}}");
        }
    }

    /** A range of {@code random.keys}. */
    record Range(
            JsonNode from, JsonNode to, @Default("linear") SweptKey.Scale scale) {}

    /** The keys that a sweep adds to a recipe. */
    record Extras(
            @Nullable Map<String, List<JsonNode>> grid,
            @Nullable Drawn random,
            @Nullable Halving halving,
            @Nullable List<Long> seeds) {
        Extras {
            if (seeds != null) {
                StudyRecipe.requireSeeds(seeds);
            }
            Check.that(
                    grid == null || !grid.isEmpty(),
                    "grid lists no key; give each key a list of values, for example grid: {train.learning_rate: [1.0e-3, 3.0e-3]}");
        }
    }

    private final ObjectNode typed;
    private final ObjectNode shared;
    private final UnaryOperator<String> source;
    private final Space space;
    private final List<Point> points;
    private final Optional<Halving> halving;
    private final RecipeDraft first;
    private final List<Long> seeds;

    private SweepRecipe(ObjectNode typed, UnaryOperator<String> source, boolean many) {
        this.typed = typed;
        this.source = source;
        ObjectNode extras = typed.objectNode();
        ObjectNode rest = typed.deepCopy();
        for (String key : KEYS) {
            JsonNode value = rest.remove(key);
            if (value != null) {
                extras.set(key, value);
            }
        }
        Extras read = Records.read(extras, Extras.class, source, "");
        this.space = space(read);
        this.halving = Optional.ofNullable(read.halving);
        checkKeys();
        this.shared = halving.isPresent()
                ? RecipeDraft.lasting(
                        rest, halving.get().rungs().getLast(), "halving.rungs", source.apply("halving.rungs"))
                : rest;
        checkCount(space.count(), read.seeds == null ? 1 : read.seeds.size(), many);
        this.points = space.points();
        this.first = draft(points.getFirst());
        this.seeds = read.seeds == null ? List.of(first.train().seed()) : List.copyOf(read.seeds);
        checkPoints();
    }

    /**
     * Reads a sweep and checks every point.
     *
     * @param sets arguments of {@code --set}
     * @param many whether a sweep of more than {@link #MANY_TRIALS} trials was confirmed
     * @throws Failure of kind USAGE that names file or flag, key, rule and remedy
     */
    public static SweepRecipe read(Path file, List<String> sets, boolean many) {
        Overrides overrides = Overrides.parse(sets);
        ObjectNode typed = RecipeDraft.named(overrides.apply(Yaml.read(file)), file);
        for (String key : List.of("arms", "budget")) {
            if (typed.hasNonNull(key)) {
                throw Failure.usage(
                        "%s: %s: %s",
                        file,
                        key,
                        key.equals("arms")
                                ? "this recipe describes a study, not a sweep; run it with: mojave study "
                                        + ShellWord.of(file)
                                : "this is a key of studies; the trials of a sweep train for train.tokens, or for halving.rungs");
            }
        }
        if (!typed.hasNonNull("grid") && !typed.hasNonNull("random")) {
            throw Failure.usage(
                    "%s has neither grid nor random, so there is nothing to sweep; train it with: mojave train %s (a sweep adds, for"
                            + " example, grid: {train.learning_rate: [1.0e-3, 3.0e-3]})",
                    file, ShellWord.of(file));
        }
        return new SweepRecipe(typed, path -> overrides.place(path, file.toString()), many);
    }

    /** Returns whether a tree is a sweep's recipe. */
    public static boolean isSweep(ObjectNode typed) {
        return typed.hasNonNull("grid") || typed.hasNonNull("random");
    }

    private Space space(Extras read) {
        List<SweptKey.Listed> grid = new ArrayList<>();
        if (read.grid != null) {
            read.grid.forEach(
                    (key, values) -> grid.add(checked("grid." + key, () -> new SweptKey.Listed(key, values))));
        }
        Drawn random = read.random;
        List<SweptKey> drawn = new ArrayList<>();
        if (random != null) {
            random.keys.forEach((key, node) -> drawn.add(drawn(key, node)));
        }
        return checked(
                "random",
                () -> new Space(grid, drawn, random == null ? 0 : random.samples, random == null ? 0 : random.seed));
    }

    private SweptKey drawn(String key, JsonNode node) {
        String place = "random.keys." + key;
        if (node.isArray()) {
            return checked(
                    place, () -> new SweptKey.Listed(key, node.valueStream().toList()));
        }
        if (!node.isObject()) {
            throw Failure.usage(
                    "%s: %s: expected a list of values, or a range such as {from: 1.0e-4, to: 1.0e-2, scale: log}",
                    source.apply(place), place);
        }
        Range range = Records.read(node, Range.class, source, place);
        boolean whole =
                Records.count(range.from).isPresent() && Records.count(range.to).isPresent();
        return checked(
                place,
                () -> new SweptKey.Range(
                        key, end(range.from, whole, "from"), end(range.to, whole, "to"), range.scale, whole));
    }

    private static double end(JsonNode node, boolean whole, String name) {
        double value = whole
                ? (double) Records.count(node).orElseThrow()
                : Records.decimal(node).orElse(Double.NaN);
        Check.that(Double.isFinite(value), "%s (%s) must be a number", name, node);
        return value;
    }

    private interface Made<T> {
        T make();
    }

    /** Makes a value, and prefixes the message of a broken rule with the place of its key. */
    private <T> T checked(String place, Made<T> made) {
        try {
            return made.make();
        } catch (IllegalArgumentException e) {
            String rule = String.valueOf(e.getMessage());
            throw Failure.usage("%s: %s", source.apply(place), rule.startsWith(place) ? rule : place + ": " + rule)
                    .because(e);
        }
    }

    private void checkKeys() {
        List<String> paths = space.keys().stream().map(SweptKey::path).toList();
        for (int i = 0; i < paths.size(); i++) {
            String path = paths.get(i);
            String place = source.apply(section(path) + "." + path) + ": " + section(path) + ": " + path;
            for (Map.Entry<String, String> not : NOT_SWEPT.entrySet()) {
                if (path.equals(not.getKey())
                        || path.startsWith(not.getKey() + ".")
                        || not.getKey().startsWith(path + ".")) {
                    String of =
                            path.equals(not.getKey()) || path.startsWith(not.getKey()) ? "" : " (" + not.getKey() + ")";
                    throw Failure.usage("%s%s cannot be swept: %s", place, of, not.getValue());
                }
            }
            if (halving.isPresent() && LENGTHS.contains(path)) {
                throw Failure.usage(
                        "%s cannot be swept: halving.rungs sets the length of trials; remove one of the two", place);
            }
            for (String other : paths.subList(0, i)) {
                checkApart(path, other, place);
            }
        }
    }

    private static void checkApart(String path, String other, String place) {
        if (path.equals(other)) {
            throw Failure.usage("%s is in both grid and random; remove it from one of them", place);
        }
        if (path.startsWith(other + ".") || other.startsWith(path + ".")) {
            String outer = path.length() < other.length() ? path : other;
            throw Failure.usage(
                    "%s and %s overlap: a value of %s replaces the whole section; sweep one of them, or list complete"
                            + " sections under %s",
                    place, other, outer, outer);
        }
        if (Overrides.exclude(path, other)) {
            throw Failure.usage("%s and %s exclude each other in a recipe; sweep one of them", place, other);
        }
    }

    private void checkCount(long count, int of, boolean many) {
        double trials = (double) count * of;
        if (count == 1) {
            throw Failure.usage(
                    "%s: this sweep has one point, but a sweep compares at least two; list more values or take more samples",
                    source.apply(""));
        }
        TrialLimit.check(
                source.apply(""),
                trials,
                String.format(Locale.ROOT, "%,d points, %d seed%s", count, of, of == 1 ? "" : "s"),
                "sweep",
                "list fewer values, or draw some of them: random: {samples: 100, keys: {...}}",
                many);
        halving.ifPresent(rungs -> checked("halving", () -> rungs.atLeast((int) count)));
    }

    private void checkPoints() {
        Map<ObjectNode, Point> seen = new LinkedHashMap<>();
        for (Point point : points) {
            for (int rung = 0; rung < rungs(); rung++) {
                draft(point, rung);
            }
            Point earlier = seen.putIfAbsent(draft(point).tree(), point);
            if (earlier != null) {
                throw Failure.usage(
                        "%s: %s (%s) and %s (%s) are identical in every key; list values that differ",
                        source.apply(""), earlier.name(), earlier.label(), point.name(), point.label());
            }
        }
    }

    private String section(String path) {
        return space.grid().stream().anyMatch(key -> key.path().equals(path)) ? "grid" : "random.keys";
    }

    /** Returns a point's recipe for the longest run. */
    public RecipeDraft draft(Point point) {
        return draft(point, shared);
    }

    /** Returns a point's recipe at a rung, counted from 0; without halving there is one rung. */
    RecipeDraft draft(Point point, int rung) {
        return halving.map(of -> draft(
                        point,
                        Trees.with(
                                shared,
                                "train.tokens",
                                shared.numberNode(of.rungs().get(rung)))))
                .orElseGet(() -> draft(point));
    }

    private RecipeDraft draft(Point point, ObjectNode base) {
        return RecipeDraft.of(
                point.on(base, this::place),
                key -> point.values().keySet().stream()
                        .filter(swept -> key.equals(swept)
                                || key.startsWith(swept + ".")
                                || (swept.startsWith(key + ".")
                                        && Trees.at(base, key).isEmpty()))
                        .findFirst()
                        .map(this::place)
                        .orElseGet(() -> source.apply(key) + " (" + point.name() + ": " + point.label() + ")"));
    }

    private String place(String swept) {
        return source.apply(section(swept) + "." + swept) + ": " + section(swept);
    }

    /** Returns the sweep's name. */
    public String name() {
        return first.name();
    }

    /** Returns the recipe of the first point; all points share the settings that are not swept. */
    public RecipeDraft first() {
        return first;
    }

    /** Returns the search space. */
    public Space space() {
        return space;
    }

    /** Returns all points. */
    public List<Point> points() {
        return points;
    }

    /** Returns the training seeds; every point is trained with each. */
    public List<Long> seeds() {
        return seeds;
    }

    /** Returns the rules of promotion; empty without halving. */
    public Optional<Halving> halving() {
        return halving;
    }

    /** Returns the number of rungs; 1 without halving. */
    int rungs() {
        return halving.map(of -> of.rungs().size()).orElse(1);
    }

    /** Returns the number of trials; with halving, the minimum number. */
    public int trials() {
        return halving.map(of -> of.atLeast(points.size()).stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                        .orElse(points.size())
                * seeds.size();
    }

    /** Returns the keys that differ between points without being swept: their defaults depend on swept keys. */
    public Set<String> followers() {
        Set<String> followers = new LinkedHashSet<>();
        for (Point point : points) {
            Trees.differences(first.tree(), draft(point).tree()).stream()
                    .map(Trees.Difference::path)
                    .filter(path -> point.values().keySet().stream()
                            .noneMatch(swept -> path.equals(swept) || path.startsWith(swept + ".")))
                    .forEach(followers::add);
        }
        return followers;
    }

    /** Returns the recipe as typed, with the command line's overrides. */
    public ObjectNode tree() {
        return typed.deepCopy();
    }

    /** Returns the text of the sweep's recipe.yaml, which reads back as the same sweep. */
    public String yaml() {
        return Yaml.print(typed);
    }

    /** Returns the SHA-256 of {@link #yaml()}. */
    public String sha256() {
        return Hashes.sha256(yaml());
    }

    /** Returns the text of a recipe that trains a point alone, for the longest run and with the first seed. */
    public String alone(Point point) {
        return draft(point)
                .with("train.seed", typed.numberNode(Objects.requireNonNull(seeds.getFirst())))
                .named(name() + "-" + point.name())
                .yaml();
    }
}
