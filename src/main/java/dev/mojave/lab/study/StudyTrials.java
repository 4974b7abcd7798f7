package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.lab.design.Cell;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.design.Tune;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialPlan;
import dev.mojave.lab.trials.TrialRunner;
import dev.mojave.model.ModelCounts;
import dev.mojave.result.study.TunedArm;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The trials of a study: those that tune its arms, and those of the comparison in every cell. The trials of an arm start once its tuning
 * has ended, with the best settings.
 */
final class StudyTrials implements TrialPlan {
    private final StudyDesign design;
    private final ExperimentFolder folder;
    private final EngineRequest engine;
    private final int vocabulary;
    private final ToLongFunction<Recipe> length;
    private final Optional<Tuning> tuning;
    private final Map<Cell, Map<String, Point>> resolvedWith = new HashMap<>();
    private final Map<Cell, Arms> resolved = new HashMap<>();
    private final Map<String, Long> lengths = new HashMap<>();

    /**
     * Plans a study.
     *
     * @param engine the engine of all trials
     * @param vocabulary size of the tokenizer's vocabulary
     * @param length returns the training tokens of a recipe
     */
    StudyTrials(
            StudyDesign design,
            ExperimentFolder folder,
            EngineRequest engine,
            int vocabulary,
            ToLongFunction<Recipe> length) {
        this.design = design;
        this.folder = folder;
        this.engine = engine;
        this.vocabulary = vocabulary;
        this.length = length;
        this.tuning = design.tune().map(tune -> new Tuning(design, tune, folder, engine, vocabulary, length));
    }

    /**
     * Resolves every recipe once, so that inconsistencies are found before anything is written.
     *
     * @throws Failure of kind USAGE that names cell or setting
     */
    static void check(StudyDesign design, int vocabulary) {
        for (Cell cell : design.cells()) {
            try {
                Arms.resolve(cell.study(), vocabulary);
            } catch (Failure e) {
                throw design.isMap() ? e.at(cell.name() + " (" + cell.label() + ")") : e;
            }
        }
        design.tune().ifPresent(tune -> design.sizes().forEach(size -> check(design, tune, size, vocabulary)));
    }

    private static void check(StudyDesign design, Tune tune, Point size, int vocabulary) {
        StudyRecipe study = design.tuningStudy(size);
        for (Point point : tune.points()) {
            for (StudyRecipe.Arm arm : study.arms().values()) {
                StudyRecipe tuned = study.with(design.settings(Map.of(arm.name(), point)));
                ModelCounts before = arm.draft().resolve(vocabulary).model().counts();
                ModelCounts after = tuned.arm(arm.name())
                        .draft()
                        .resolve(vocabulary)
                        .model()
                        .counts();
                if (!before.equals(after)) {
                    throw Failure.usage(
                            "tune: %s changes the size of arm '%s' (%,d parameters instead of %,d), and arms are compared at matched"
                                    + " sizes; tune keys that leave the size as it is, or make this one an axis",
                            point.label(), arm.name(), after.total(), before.total());
                }
                Arms.resolve(tuned, vocabulary);
            }
        }
    }

    /** Returns the arms of a cell, with the settings chosen so far. */
    synchronized Arms arms(Cell cell) {
        Map<String, Point> chosen = new LinkedHashMap<>();
        for (String arm : cell.study().arms().keySet()) {
            chosen(cell, arm).ifPresent(point -> chosen.put(arm, point));
        }
        if (!chosen.equals(resolvedWith.get(cell))) {
            resolvedWith.put(cell, chosen);
            resolved.put(cell, Arms.resolve(cell.study().with(design.settings(chosen)), vocabulary));
        }
        return Objects.requireNonNull(resolved.get(cell));
    }

    private Optional<Point> chosen(Cell cell, String arm) {
        return tuning.flatMap(of -> of.chosen(cell.size(), arm));
    }

    /** Returns a trial of the comparison, with the settings chosen so far. */
    Trial trial(Cell cell, Arms.Arm arm, long seed) {
        String group = design.isMap() ? cell.name() + "-" + arm.name() : arm.name();
        String run = "seed-" + seed;
        String place = group + "/" + run;
        long tokens = lengths.computeIfAbsent(group, key -> length.applyAsLong(arm.recipe()));
        return new Trial(
                place, folder.group(group).resolve(run), Trial.recipe(arm.recipe(), run, seed, engine, place), tokens);
    }

    @Override
    public synchronized List<Trial> wanted(Set<String> failed) {
        List<Trial> wanted = new ArrayList<>();
        tuning.ifPresent(of -> {
            of.decide(failed);
            wanted.addAll(of.wanted(failed));
        });
        wanted.addAll(
                compared((cell, arm) -> tuning.isEmpty() || chosen(cell, arm).isPresent()));
        return wanted;
    }

    /** Returns every trial of the study; trials whose settings are not chosen yet have those of the recipe. */
    List<Trial> all() {
        List<Trial> all = new ArrayList<>();
        tuning.ifPresent(of -> all.addAll(of.all()));
        all.addAll(compared((cell, arm) -> true));
        return all;
    }

    private interface Decided {
        boolean is(Cell cell, String arm);
    }

    /** Returns the trials in order: all cells and arms of a seed before the next seed, so that a study that ends early is balanced. */
    private List<Trial> compared(Decided decided) {
        List<Trial> trials = new ArrayList<>();
        for (long seed : design.first().seeds()) {
            for (Cell cell : design.cells()) {
                for (Arms.Arm arm : arms(cell).all()) {
                    if (decided.is(cell, arm.name())) {
                        trials.add(trial(cell, arm, seed));
                    }
                }
            }
        }
        return trials;
    }

    /** Returns the expected total of trials and tokens, for progress. */
    TrialRunner.Expected expected() {
        return new TrialRunner.Expected(
                design.trials(),
                all().stream()
                        .filter(trial -> !trial.complete())
                        .mapToLong(Trial::tokens)
                        .sum());
    }

    /** Returns which trials' failures are results: those of settings that another one has beaten. */
    Predicate<String> excused() {
        return trial -> tuning.filter(of -> of.settled(trial)).isPresent();
    }

    /** Returns the results of tuning; empty if nothing is tuned. */
    List<TunedArm> tuned() {
        return tuning.map(Tuning::results).orElse(List.of());
    }

    /** Returns the tuning trials that are missing, each with the reason. */
    Map<String, String> missingTuning() {
        return tuning.map(Tuning::missing).orElse(Map.of());
    }

    /** Returns the reason why a trial has no result. */
    static String reason(Trial trial) {
        Optional<RunFolder> begun = trial.run().filter(RunFolder::begun);
        if (begun.isEmpty()) {
            return "not begun";
        }
        Status status = begun.get().status();
        String reason = status.reason();
        return status.state().word() + (reason == null ? "" : ": " + reason);
    }
}
