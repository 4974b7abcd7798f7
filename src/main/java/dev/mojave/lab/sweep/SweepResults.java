package dev.mojave.lab.sweep;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialRecord;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.model.ModelCounts;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Derives a sweep's results from its folder, finished or not. Everything comes from the trials' logs. */
public final class SweepResults {
    /**
     * The results of a sweep.
     *
     * @param result the content of results.json
     * @param runs records of the trials of each ranked point at its highest rung, best point first
     * @param winner the best point; empty if none is ranked
     */
    public record Output(SweepResult result, List<RunRecord> runs, Optional<Point> winner) {}

    private final SweepRecipe recipe;
    private final ExperimentFolder folder;
    private final DataFacts facts;
    private final SweepTrials trials;
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Map<SweepTrials.Entry, Map<Long, TrialRecord>> complete = new LinkedHashMap<>();

    private SweepResults(ExperimentFolder folder) {
        this.folder = folder;
        this.recipe = recipe(folder);
        this.facts = folder.facts();
        EngineRequest engine =
                EngineRequest.of(EngineChoice.of(folder.provenance().engine()));
        this.trials = new SweepTrials(recipe, folder, engine, facts.vocabulary(), Map.of());
    }

    /** Returns whether a folder is a sweep's. */
    public static boolean isSweep(Path folder) {
        return ExperimentFolder.is(ExperimentFolder.Kind.SWEEP, folder);
    }

    /** Reads the recipe that a sweep was started with. */
    static SweepRecipe recipe(ExperimentFolder folder) {
        return SweepRecipe.read(folder.recipe(), List.of(), true);
    }

    /**
     * Reads a sweep.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the folder is not a sweep's, DATA if its files are damaged
     */
    public static Output read(Path folder) {
        return new SweepResults(ExperimentFolder.open(ExperimentFolder.Kind.SWEEP, folder)).output();
    }

    private Output output() {
        Set<String> failed = new LinkedHashSet<>();
        Stream.iterate(0, rung -> rung < recipe.rungs(), rung -> rung + 1)
                .flatMap(rung -> recipe.points().stream().map(point -> new SweepTrials.Entry(point, rung)))
                .flatMap(entry -> trials.of(entry).values().stream())
                .filter(trial -> state(trial).state() == Status.State.FAILED)
                .forEach(trial -> failed.add(trial.name()));
        List<List<Point>> rungs = trials.rungs(failed);
        for (int rung = 0; rung < rungs.size(); rung++) {
            for (Point point : rungs.get(rung)) {
                collect(new SweepTrials.Entry(point, rung));
            }
        }
        Ranking ranking = new Ranking(measured(true));
        SweepResult result = result(rungs, ranking);
        List<RunRecord> runs = ranking.ranked().stream()
                .map(one -> new SweepTrials.Entry(one.point(), one.rung()))
                .flatMap(entry -> records(entry).values().stream().map(TrialRecord::run))
                .toList();
        return new Output(result, runs, ranking.best().map(Measured::point));
    }

    private static Status state(Trial trial) {
        return trial.run()
                .map(RunFolder::status)
                .orElseGet(() -> new Status(Status.State.WAITING, "not begun", 0, 0, "", Map.of()));
    }

    private void collect(SweepTrials.Entry entry) {
        trials.of(entry).forEach((seed, trial) -> {
            Status status = state(trial);
            if (status.complete()) {
                TrialRecord record = TrialRecord.read(
                        trial.name(), entry.point().name(), seed, trial.run().orElseThrow());
                complete.computeIfAbsent(entry, key -> new LinkedHashMap<>()).put(seed, record);
            } else {
                String reason = status.reason();
                missing.put(trial.name(), status.state().word() + (reason == null ? "" : ": " + reason));
            }
        });
    }

    private Map<Long, TrialRecord> records(SweepTrials.Entry entry) {
        return complete.getOrDefault(entry, Map.of());
    }

    /** Returns the points with a result for every seed, each at its highest rung, or all at the first. */
    private List<Measured> measured(boolean highest) {
        Map<Integer, Measured> byPoint = new LinkedHashMap<>();
        complete.forEach((entry, bySeed) -> {
            boolean wanted = highest || entry.rung() == 0;
            if (wanted && bySeed.size() == recipe.seeds().size()) {
                Map<Long, Double> losses = new HashMap<>();
                bySeed.forEach((seed, record) -> losses.put(seed, record.last(Metrics.VAL_LOSS)));
                // Rungs are collected from the first to the last.
                byPoint.put(entry.point().number(), new Measured(entry.point(), entry.rung(), losses));
            }
        });
        return List.copyOf(byPoint.values());
    }

    private SweepResult result(List<List<Point>> rungs, Ranking ranking) {
        Map<Integer, SweepPoint.Difference> differences = ranking.againstBest();
        List<SweepPoint> points = new ArrayList<>();
        for (Measured one : ranking.ranked()) {
            points.add(point(
                    new SweepTrials.Entry(one.point(), one.rung()),
                    points.size() + 1,
                    differences.get(one.point().number())));
        }
        Set<String> ranked = points.stream().map(SweepPoint::name).collect(Collectors.toSet());
        complete.keySet().stream()
                .filter(entry -> !ranked.contains(entry.point().name()))
                .forEach(entry -> points.add(point(entry, null, null)));
        Effects effects = new Effects(recipe.space().keys(), measured(false));
        Map<String, List<String>> caveats = new LinkedHashMap<>();
        complete.forEach((entry, bySeed) -> bySeed.values().stream()
                .limit(1)
                .map(record -> record.run().caveats())
                .filter(lines -> !lines.isEmpty())
                .forEach(lines -> caveats.put(entry.point().name(), lines)));
        SweepResult.Halving halving = recipe.halving()
                .map(of -> new SweepResult.Halving(
                        of.rungs(), of.keep(), rungs.stream().map(List::size).toList()))
                .orElse(null);
        return new SweepResult(
                recipe.name(),
                keys(),
                points,
                effects.main(),
                effects.interactions(),
                halving,
                facts.unigramEntropy(),
                facts.bytesPerToken(),
                SweepNotes.headline(points),
                new SweepNotes(recipe, points, missing, halving, TrialSet.jobs(folder.path())).all(),
                caveats,
                Collections.unmodifiableMap(missing),
                folder.provenance(),
                TrialSet.jobs(folder.path()));
    }

    private List<SweepResult.Key> keys() {
        Map<String, String> names = Point.shortNames(
                recipe.space().keys().stream().map(SweptKey::path).toList());
        return recipe.space().keys().stream()
                .map(key -> {
                    String name = Objects.requireNonNull(names.get(key.path()));
                    return switch (key) {
                        case SweptKey.Listed(String path, var values) ->
                            new SweepResult.Key(
                                    path,
                                    name,
                                    values.stream().map(SweptKey::text).toList(),
                                    "list");
                        case SweptKey.Range range ->
                            new SweepResult.Key(
                                    range.path(),
                                    name,
                                    range.ends(),
                                    range.scale().word());
                    };
                })
                .toList();
    }

    private SweepPoint point(
            SweepTrials.Entry entry, @Nullable Integer rank, SweepPoint.@Nullable Difference againstBest) {
        Point point = entry.point();
        List<TrialRecord> records = List.copyOf(records(entry).values());
        Recipe resolved = trials.of(entry).values().iterator().next().recipe();
        ModelCounts counts = resolved.model().counts();
        Map<String, String> values = new LinkedHashMap<>();
        point.values().keySet().forEach(path -> values.put(path, point.text(path)));
        return new SweepPoint(
                point.name(),
                point.label(),
                values,
                rank,
                entry.rung() + 1,
                (long) largest(
                        records,
                        record -> record.series(Metrics.VAL_LOSS)
                                .map(series -> (double) series.tokens().getLast())
                                .orElse(0.0)),
                resolved.model().describe(),
                counts.total(),
                counts.active(),
                counts.flopsPerToken(),
                Statistics.summary(values(records, record -> record.last(Metrics.VAL_LOSS))),
                Statistics.summary(values(records, record -> record.smallest(Metrics.VAL_LOSS))),
                TrialRecord.median(values(records, record -> record.median(Metrics.TRAIN_SPEED))),
                TrialRecord.median(values(records, TrialRecord::wallSeconds)),
                (long) largest(records, record -> record.largest(Metrics.PEAK_MEMORY)),
                againstBest);
    }

    private static List<Double> values(List<TrialRecord> records, ToDoubleFunction<TrialRecord> value) {
        return records.stream().map(value::applyAsDouble).toList();
    }

    private static double largest(List<TrialRecord> records, ToDoubleFunction<TrialRecord> value) {
        return records.stream().mapToDouble(value).max().orElse(0);
    }
}
