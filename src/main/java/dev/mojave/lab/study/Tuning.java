package dev.mojave.lab.study;

import dev.mojave.base.tree.Json;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.design.Tune;
import dev.mojave.lab.statistics.Statistics;
import dev.mojave.lab.sweep.Measured;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.sweep.Ranking;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Trial;
import dev.mojave.result.study.TunedArm;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Tuning: for every arm at every size, each setting with each tuning seed, and once these trials have ended the setting with the lowest mean
 * validation loss. A setting with a failed trial cannot win. The choice is written to {@code tuning.json} and stays: a study that is resumed
 * compares the arms that it began to compare.
 */
final class Tuning {
    private static final String FILE = "tuning.json";

    /** An arm at a size, which is tuned by itself. */
    private record Group(Point size, String arm) {
        String name(boolean sizes) {
            return sizes ? "size-" + size.number() + "-" + arm : arm;
        }
    }

    /**
     * tuning.json.
     *
     * @param chosen name of the chosen setting by name of the group
     */
    record Choices(Map<String, String> chosen) {
        Choices {
            chosen = new TreeMap<>(chosen);
        }
    }

    private final StudyDesign design;
    private final Tune tune;
    private final ExperimentFolder folder;
    private final Map<Group, Map<Point, Map<Long, Trial>>> trials = new LinkedHashMap<>();
    private final Map<String, String> chosen = new TreeMap<>();
    private final Map<String, Double> losses = new HashMap<>();

    /**
     * Plans the tuning of a study.
     *
     * @param length returns the training tokens of a recipe
     */
    Tuning(
            StudyDesign design,
            Tune tune,
            ExperimentFolder folder,
            EngineRequest engine,
            int vocabulary,
            ToLongFunction<Recipe> length) {
        this.design = design;
        this.tune = tune;
        this.folder = folder;
        for (Point size : design.sizes()) {
            StudyRecipe study = design.tuningStudy(size);
            for (String arm : study.arms().keySet()) {
                Group group = new Group(size, arm);
                Map<Point, Map<Long, Trial>> byPoint = new LinkedHashMap<>();
                for (Point point : tune.points()) {
                    Recipe recipe = Arms.resolve(study.with(design.settings(Map.of(arm, point))), vocabulary)
                            .named(arm)
                            .recipe();
                    long each = length.applyAsLong(recipe);
                    byPoint.put(point, trials(group, point, recipe, engine, each));
                }
                trials.put(group, byPoint);
            }
        }
        if (Files.exists(folder.file(FILE))) {
            chosen.putAll(Json.read(folder.file(FILE), Choices.class).chosen);
        }
    }

    private Map<Long, Trial> trials(Group group, Point point, Recipe recipe, EngineRequest engine, long length) {
        Map<Long, Trial> bySeed = new LinkedHashMap<>();
        for (long seed : tune.seeds()) {
            String name = group.name(design.isMap()) + "-" + point.name();
            String run = "seed-" + seed;
            String place = "tuning/" + name + "/" + run;
            bySeed.put(
                    seed,
                    new Trial(
                            place,
                            folder.tuningGroup(name).resolve(run),
                            Trial.recipe(recipe, run, seed, engine, place),
                            length));
        }
        return bySeed;
    }

    /** Returns every trial. */
    List<Trial> all() {
        return trials.values().stream()
                .flatMap(byPoint -> byPoint.values().stream())
                .flatMap(bySeed -> bySeed.values().stream())
                .toList();
    }

    /**
     * Returns the trials that are still needed. A trial that failed in an earlier process is not repeated once its group has its choice.
     *
     * @param failed names of trials that failed in this process
     */
    List<Trial> wanted(Set<String> failed) {
        List<Trial> wanted = new ArrayList<>();
        trials.forEach((group, byPoint) -> byPoint.values().stream()
                .flatMap(bySeed -> bySeed.values().stream())
                .filter(trial -> !chosen.containsKey(group.name(design.isMap()))
                        || failed.contains(trial.name())
                        || loss(trial).isPresent())
                .forEach(wanted::add));
        return wanted;
    }

    /** Chooses the setting of every group whose trials have all ended, and records new choices. */
    void decide(Set<String> failed) {
        boolean news = false;
        for (Map.Entry<Group, Map<Point, Map<Long, Trial>>> entry : trials.entrySet()) {
            String name = entry.getKey().name(design.isMap());
            if (!chosen.containsKey(name) && ended(entry.getValue(), failed)) {
                Optional<Point> best = best(entry.getValue());
                best.ifPresent(point -> chosen.put(name, point.name()));
                news |= best.isPresent();
            }
        }
        if (news) {
            folder.write(FILE, Json.pretty(new Choices(chosen)) + "\n");
        }
    }

    private boolean ended(Map<Point, Map<Long, Trial>> byPoint, Set<String> failed) {
        return byPoint.values().stream()
                .flatMap(bySeed -> bySeed.values().stream())
                .allMatch(trial -> failed.contains(trial.name()) || loss(trial).isPresent());
    }

    private Optional<Point> best(Map<Point, Map<Long, Trial>> byPoint) {
        List<Measured> measured = new ArrayList<>();
        byPoint.forEach((point, bySeed) -> {
            Map<Long, Double> found = new LinkedHashMap<>();
            bySeed.forEach((seed, trial) -> {
                OptionalDouble loss = loss(trial);
                if (loss.isPresent() && Double.isFinite(loss.getAsDouble())) {
                    found.put(seed, loss.getAsDouble());
                }
            });
            if (found.size() == bySeed.size()) {
                measured.add(new Measured(point, 0, found));
            }
        });
        return new Ranking(measured).best().map(Measured::point);
    }

    private OptionalDouble loss(Trial trial) {
        Double known = losses.get(trial.name());
        if (known != null) {
            return OptionalDouble.of(known);
        }
        OptionalDouble loss = trial.valLoss();
        loss.ifPresent(value -> losses.put(trial.name(), value));
        return loss;
    }

    /** Returns the chosen setting of an arm at a size, if it is chosen. */
    Optional<Point> chosen(Point size, String arm) {
        String name = chosen.get(new Group(size, arm).name(design.isMap()));
        return tune.points().stream().filter(point -> point.name().equals(name)).findFirst();
    }

    /** Returns whether a trial belongs to tuning and its group has its choice; its failure is then a result. */
    boolean settled(String trial) {
        return trials.entrySet().stream()
                .filter(entry -> chosen.containsKey(entry.getKey().name(design.isMap())))
                .flatMap(entry -> entry.getValue().values().stream())
                .flatMap(bySeed -> bySeed.values().stream())
                .anyMatch(one -> one.name().equals(trial));
    }

    /** Returns the tuning trials without a result whose group has no choice, each with the reason. */
    Map<String, String> missing() {
        Map<String, String> missing = new LinkedHashMap<>();
        trials.forEach((group, byPoint) -> {
            if (!chosen.containsKey(group.name(design.isMap()))) {
                byPoint.values().stream()
                        .flatMap(bySeed -> bySeed.values().stream())
                        .filter(trial -> loss(trial).isEmpty())
                        .forEach(trial -> missing.put(trial.name(), StudyTrials.reason(trial)));
            }
        });
        return missing;
    }

    /** Returns the settings that were tried and chosen, one entry per arm and size. */
    List<TunedArm> results() {
        List<TunedArm> results = new ArrayList<>();
        trials.forEach((group, byPoint) -> {
            Map<String, String> at = new LinkedHashMap<>();
            group.size.values().keySet().forEach(path -> at.put(path, group.size.text(path)));
            Optional<Point> choice = chosen(group.size, group.arm);
            results.add(new TunedArm(
                    group.arm,
                    at,
                    tokensTrained(byPoint.values()),
                    tune.seeds(),
                    byPoint.entrySet().stream()
                            .map(entry ->
                                    setting(entry.getKey(), entry.getValue().values()))
                            .toList(),
                    choice.map(Point::name).orElse(null),
                    choice.map(point -> tune.space().edges(point)).orElse(List.of())));
        });
        return results;
    }

    /** Returns the training tokens of a tuning trial, read from the first complete one; 0 while none is complete. */
    private static long tokensTrained(Collection<Map<Long, Trial>> trials) {
        return trials.stream()
                .flatMap(bySeed -> bySeed.values().stream())
                .filter(Trial::complete)
                .flatMap(trial -> trial.run().stream())
                .map(run -> MetricsLog.read(run.metrics()))
                .filter(lines -> !lines.isEmpty())
                .mapToLong(lines -> lines.getLast().tokens())
                .findFirst()
                .orElse(0);
    }

    private TunedArm.Setting setting(Point point, Collection<Trial> bySeed) {
        List<Double> found = bySeed.stream()
                .map(this::loss)
                .filter(OptionalDouble::isPresent)
                .map(OptionalDouble::getAsDouble)
                .filter(Double::isFinite)
                .toList();
        Map<String, String> values = new LinkedHashMap<>();
        point.values().keySet().forEach(path -> values.put(path, point.text(path)));
        return new TunedArm.Setting(
                point.name(),
                point.label(),
                values,
                found.isEmpty() ? null : Statistics.summary(found),
                bySeed.stream()
                        .filter(trial -> loss(trial).isEmpty())
                        .map(StudyTrials::reason)
                        .findFirst()
                        .orElse(null));
    }
}
