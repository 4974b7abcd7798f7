package dev.mojave.lab.design;

import dev.mojave.base.Failure;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.trials.TrialLimit;
import dev.mojave.run.recipe.Overrides;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The recipe of a study with its {@code axes} and {@code tune} sections, if it has them. A recipe with either is kept as typed, because
 * defaults depend on the axes and the tuned settings; a study with neither is a single {@link Cell}, and its recipe is kept with all
 * defaults.
 */
public final class StudyDesign {
    private final ObjectNode typed;
    private final UnaryOperator<String> source;
    private final Optional<Axes> axes;
    private final Optional<Tune> tune;
    private final List<Cell> cells;

    private StudyDesign(
            ObjectNode typed,
            UnaryOperator<String> source,
            Optional<Axes> axes,
            Optional<Tune> tune,
            List<Cell> cells) {
        this.typed = typed;
        this.source = source;
        this.axes = axes;
        this.tune = tune;
        this.cells = List.copyOf(cells);
    }

    /**
     * Reads a study; every cell, arm and setting is checked.
     *
     * @param sets arguments of {@code --set}
     * @param confirmed whether more than {@link TrialLimit#MANY} trials are confirmed
     * @throws Failure of kind USAGE that names file, flag or arm, key, rule and remedy
     */
    public static StudyDesign read(Path file, List<String> sets, boolean confirmed) {
        return of(Yaml.read(file), file, sets, confirmed);
    }

    /** Reads a study from a tree; messages name the file. See {@link #read}. */
    public static StudyDesign of(ObjectNode content, Path file, List<String> sets, boolean confirmed) {
        Overrides overrides = Overrides.parse(sets);
        ObjectNode typed = RecipeDraft.named(overrides.apply(content), file);
        StudyRecipe.requireStudy(typed, file);
        return of(typed, path -> overrides.place(path, file.toString()), confirmed);
    }

    /** Returns the design of a study without axes and tuning. */
    public static StudyDesign of(StudyRecipe study) {
        return new StudyDesign(
                study.tree(), path -> study.name(), Optional.empty(), Optional.empty(), List.of(alone(study)));
    }

    private static Cell alone(StudyRecipe study) {
        Point nothing = new Point(1, Map.of());
        return new Cell(nothing, nothing, study);
    }

    private static StudyDesign of(ObjectNode typed, UnaryOperator<String> source, boolean confirmed) {
        ObjectNode rest = typed.deepCopy();
        JsonNode axesTyped = present(rest.remove("axes"));
        JsonNode tuneTyped = present(rest.remove("tune"));
        Optional<Axes> axes = Optional.ofNullable(axesTyped).map(section -> Axes.read(section, source));
        if (axes.isPresent()
                && axes.get().haveTokens()
                && Trees.at(rest, Axes.BUDGET).isPresent()) {
            throw Failure.usage(
                    "%s: budget.tokens and axes.tokens both say how long trials are; remove one",
                    source.apply(Axes.BUDGET));
        }
        axes.ifPresent(of -> checkArms(rest, of.paths(), "axes", source));
        checkCount(rest, axes, Optional.empty(), source, confirmed);
        Cell first = axes.map(of -> cell(of, of.space().points().getFirst(), rest, source))
                .orElseGet(() -> alone(StudyRecipe.of(rest, source)));
        Optional<Tune> tune = Optional.ofNullable(tuneTyped)
                .map(section -> Tune.read(
                        section,
                        first.study().seeds(),
                        axes.isPresent() && axes.get().haveTokens(),
                        source));
        tune.ifPresent(of -> {
            checkArms(rest, of.paths(), "tune", source);
            axes.ifPresent(other -> Lists.requireDistinct(of.paths(), other.paths(), source));
        });
        checkCount(rest, axes, tune, source, confirmed);
        List<Cell> cells = axes.map(of -> of.space().points().stream()
                        .map(at -> cell(of, at, rest, source))
                        .toList())
                .orElse(List.of(first));
        StudyDesign design = new StudyDesign(typed, source, axes, tune, cells);
        design.checkSettings();
        return design;
    }

    private static @Nullable JsonNode present(@Nullable JsonNode section) {
        return section == null || section.isNull() ? null : section;
    }

    private static Cell cell(Axes axes, Point at, ObjectNode rest, UnaryOperator<String> source) {
        UnaryOperator<String> place = key -> axes.paths().stream()
                .filter(set -> key.equals(set)
                        || key.startsWith(set + ".")
                        || (set.startsWith(key + ".") && Trees.at(rest, key).isEmpty()))
                .findFirst()
                .map(set -> Axes.place(set, source))
                .orElseGet(() -> source.apply(key) + " (cell-" + at.number() + ": " + at.label() + ")");
        return new Cell(at, axes.size(at), StudyRecipe.of(Axes.laid(rest, at, source), place));
    }

    /** Checks the number of trials before reading the cells, each of which takes time. */
    private static void checkCount(
            ObjectNode rest,
            Optional<Axes> axes,
            Optional<Tune> tune,
            UnaryOperator<String> source,
            boolean confirmed) {
        double arms = rest.path("arms").size();
        double seeds = Math.max(1, rest.path("seeds").size());
        double cells = axes.map(of -> (double) of.space().count()).orElse(1.0);
        double sizes = axes.map(Axes::countSizes).orElse(1.0);
        double tuning =
                tune.map(of -> (double) of.space().count() * of.seeds().size()).orElse(0.0);
        String factors = String.format(
                Locale.ROOT,
                "%,.0f cell%s, %.0f arms, %.0f seed%s%s",
                cells,
                cells == 1 ? "" : "s",
                arms,
                seeds,
                seeds == 1 ? "" : "s",
                tuning == 0
                        ? ""
                        : String.format(
                                Locale.ROOT, "; %,.0f to tune each arm%s", tuning, sizes == 1 ? "" : " and size"));
        TrialLimit.check(
                source.apply(""),
                arms * (cells * seeds + sizes * tuning),
                factors,
                "study",
                "list fewer values",
                confirmed);
    }

    /** Checks that no arm sets a key of an axis or of tuning itself, because that arm would not vary. */
    private static void checkArms(ObjectNode rest, List<String> paths, String section, UnaryOperator<String> source) {
        for (Map.Entry<String, JsonNode> arm : rest.path("arms").properties()) {
            for (String path : paths) {
                if (Trees.at(arm.getValue(), path).isPresent()) {
                    throw Failure.usage(
                            "%s: arms.%s.%s is set by the arm, so %s does not reach it; remove it from the arm or from %s",
                            source.apply("arms." + arm.getKey() + "." + path),
                            arm.getKey(),
                            path,
                            section.equals("axes") ? "the axis" : "tuning",
                            section);
                }
            }
        }
    }

    /** Checks every recipe that tuning may try. */
    private void checkSettings() {
        for (Point size : sizes()) {
            tune.ifPresent(of -> {
                for (Point point : of.points()) {
                    try {
                        StudyRecipe study = tuningStudy(size);
                        study.arms().keySet().forEach(arm -> study.with(settings(Map.of(arm, point))));
                    } catch (Failure e) {
                        throw e.at(source.apply("tune") + ": tune: " + point.label());
                    }
                }
            });
        }
    }

    /** Returns the study's name. */
    public String name() {
        return cells.getFirst().study().name();
    }

    /** Returns whether the study has axes. */
    public boolean isMap() {
        return axes.isPresent();
    }

    /** Returns whether the study is a single comparison without tuning. */
    public boolean isPlain() {
        return axes.isEmpty() && tune.isEmpty();
    }

    /** Returns all cells; the last axis varies fastest. */
    public List<Cell> cells() {
        return cells;
    }

    /** Returns the study of the first cell; everything except the axes is the same in all cells. */
    public StudyRecipe first() {
        return cells.getFirst().study();
    }

    /** Returns the tuning, if the recipe asks for it. */
    public Optional<Tune> tune() {
        return tune;
    }

    /** Returns the axes with their values as typed in YAML, by key; empty if there are none. */
    public Map<String, List<String>> axes() {
        return axes.map(Axes::texts).orElse(Map.of());
    }

    /** Returns the distinct sizes, which are tuned separately. */
    public List<Point> sizes() {
        return cells.stream().map(Cell::size).distinct().toList();
    }

    /** Returns the study in which arms are tuned at a size; they train for the budget of tuning. */
    public StudyRecipe tuningStudy(Point size) {
        StudyRecipe study = cells.stream()
                .filter(cell -> cell.size().equals(size))
                .findFirst()
                .orElseThrow()
                .study();
        return tune.flatMap(
                        of -> of.tokens().isPresent() ? Optional.of(of.tokens().getAsLong()) : Optional.empty())
                .map(study::lasting)
                .orElse(study);
    }

    /** Returns the changes that chosen settings make to the recipes of arms, by arm; see {@link StudyRecipe#with}. */
    public Map<String, UnaryOperator<ObjectNode>> settings(Map<String, Point> chosen) {
        Map<String, UnaryOperator<ObjectNode>> settings = new LinkedHashMap<>();
        chosen.forEach((arm, point) ->
                settings.put(arm, tree -> point.on(tree, path -> source.apply("tune." + path) + ": tune")));
        return settings;
    }

    /** Returns the keys that differ between sizes and are not axes: defaults that depend on an axis. */
    public Set<String> followers() {
        Set<String> followers = new LinkedHashSet<>();
        for (Cell cell : cells) {
            Trees.differences(first().base().tree(), cell.study().base().tree()).stream()
                    .map(Trees.Difference::path)
                    .filter(path -> !path.equals("train.tokens")
                            && axes.orElseThrow().paths().stream().noneMatch(set -> Lists.overlap(path, set)))
                    .forEach(followers::add);
        }
        return followers;
    }

    /** Returns the recipe: as typed if there are axes or tuning, otherwise with all defaults. */
    public ObjectNode tree() {
        return isPlain() ? first().tree() : typed.deepCopy();
    }

    /** Returns the text of the study's recipe.yaml; it reads back as the same study. */
    public String yaml() {
        return Yaml.print(tree());
    }

    /** Returns the SHA-256 of that text. */
    public String sha256() {
        return Hashes.sha256(yaml());
    }

    /** Returns the number of trials, tuning included. */
    public int trials() {
        int arms = first().arms().size();
        int tuning = tune.map(of -> of.points().size() * of.seeds().size()).orElse(0);
        return arms * (cells.size() * first().seeds().size() + sizes().size() * tuning);
    }
}
