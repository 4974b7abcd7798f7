package dev.mojave.lab.study;

import dev.mojave.lab.design.Cell;
import dev.mojave.lab.statistics.Statistics;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialRecord;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.run.folder.RunFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** One cell of a study, read from the logs of its trials. */
final class CellResults {
    private final Arms arms;
    private final DataFacts facts;
    private final List<RunRecord> runs = new ArrayList<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Map<String, List<TrialRecord>> complete = new LinkedHashMap<>();

    /** Reads the trials of a cell that were started. */
    CellResults(Cell cell, StudyTrials trials, DataFacts facts) {
        this.arms = trials.arms(cell);
        this.facts = facts;
        for (long seed : cell.study().seeds()) {
            arms.all().forEach(arm -> collect(arm, seed, trials.trial(cell, arm, seed)));
        }
    }

    private void collect(Arms.Arm arm, long seed, Trial trial) {
        Optional<RunFolder> run = trial.run().filter(RunFolder::begun);
        if (run.isEmpty()) {
            missing.put(trial.name(), "not begun");
            return;
        }
        TrialRecord found = TrialRecord.read(trial.name(), arm.name(), seed, run.get());
        runs.add(found.run());
        if (run.get().status().complete()) {
            complete.computeIfAbsent(arm.name(), name -> new ArrayList<>()).add(found);
        } else {
            missing.put(trial.name(), StudyTrials.reason(trial));
        }
    }

    Arms arms() {
        return arms;
    }

    /** Returns the record of every trial that was started, in the order of the trials. */
    List<RunRecord> runs() {
        return List.copyOf(runs);
    }

    /** Returns the trials without a complete result, each with the reason. */
    Map<String, String> missing() {
        return missing;
    }

    /** Returns the data of the comparisons. */
    Comparisons comparisons() {
        boolean sameWindows = arms.reference().recipe().train().evalTokens().tokens() >= facts.heldOutTokens();
        return new Comparisons(complete.values().stream()
                .flatMap(List::stream)
                .map(trial -> TrialLosses.of(trial, sameWindows))
                .toList());
    }

    /** Returns the comparison of every other arm with the mixture, in the order of the recipe, with its trend. */
    List<Verdict.Compared> compared(Comparisons comparisons) {
        String mixture = arms.reference().name();
        List<Verdict.Compared> pairs = new ArrayList<>();
        for (Arms.Arm other : arms.others()) {
            Optional<Comparison> comparison = comparisons.compare(other.name(), mixture);
            comparison.ifPresent(
                    found -> pairs.add(new Verdict.Compared(found, comparisons.trend(other.name(), mixture))));
        }
        return pairs;
    }

    /** Returns the arms with at least one complete trial, in the order of the recipe. */
    List<ArmResult> shown() {
        return arms.all().stream()
                .filter(arm -> complete.containsKey(arm.name()))
                .map(arm -> arm(arm, complete.getOrDefault(arm.name(), List.of())))
                .toList();
    }

    private static ArmResult arm(Arms.Arm arm, List<TrialRecord> trials) {
        ModelSpec model = arm.recipe().model();
        ModelCounts counts = model.counts();
        return new ArmResult(
                arm.name(),
                model.describe(),
                counts.total(),
                counts.active(),
                counts.withoutEmbeddings(),
                counts.activeWithoutEmbeddings(),
                arm.match(),
                counts.flopsPerToken(),
                Statistics.summary(values(trials, trial -> trial.last(Metrics.VAL_LOSS))),
                Statistics.summary(values(trials, trial -> trial.smallest(Metrics.VAL_LOSS))),
                TrialRecord.median(values(trials, trial -> trial.median(Metrics.TRAIN_SPEED))),
                TrialRecord.median(values(trials, trial -> trial.last(Metrics.GENERATE_SPEED))),
                TrialRecord.median(values(trials, TrialRecord::wallSeconds)),
                (long) values(trials, trial -> trial.largest(Metrics.PEAK_MEMORY)).stream()
                        .mapToDouble(Double::doubleValue)
                        .max()
                        .orElse(0),
                trials.stream()
                        .map(trial -> trial.run().samples())
                        .filter(samples -> !samples.isEmpty())
                        .map(List::getLast)
                        .toList());
    }

    private static List<Double> values(List<TrialRecord> trials, ToDoubleFunction<TrialRecord> value) {
        return trials.stream().map(value::applyAsDouble).toList();
    }
}
