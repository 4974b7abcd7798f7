package dev.mojave.lab.study;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.TrialRecord;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import dev.mojave.result.study.StudyResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Derives a study's results from its folder, finished or not. Everything comes from the trials' logs. */
public final class StudyResults {
    /**
     * The results of a study.
     *
     * @param result the content of results.json
     * @param runs one record per trial that has begun, in the order of the trials
     * @param missing the reason for each trial without a complete result, by {@code arm/seed-N}
     */
    public record Output(StudyResult result, List<RunRecord> runs, Map<String, String> missing) {}

    private final StudyRecipe recipe;
    private final DataFacts facts;
    private final StudyFolder folder;
    private final Arms arms;
    private final List<RunRecord> runs = new ArrayList<>();
    private final Map<String, String> missing = new LinkedHashMap<>();
    private final Map<String, List<TrialRecord>> complete = new LinkedHashMap<>();

    private StudyResults(StudyFolder folder) {
        this.folder = folder;
        this.recipe = folder.recipe();
        this.facts = folder.files().facts();
        this.arms = Arms.resolve(recipe, facts.vocabulary());
    }

    /** Returns whether a folder is a study's. */
    public static boolean isStudy(Path folder) {
        return StudyFolder.isStudy(folder);
    }

    /**
     * Reads a study.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the folder is not a study's, DATA if its files are damaged
     */
    public static Output read(Path folder) {
        StudyResults results = new StudyResults(StudyFolder.open(folder));
        results.arms.trials().forEach(results::collect);
        return new Output(results.result(), List.copyOf(results.runs), Collections.unmodifiableMap(results.missing));
    }

    private void collect(Arms.Trial trial) {
        Optional<RunFolder> run = folder.run(trial);
        if (run.isEmpty()) {
            missing.put(trial.name(), "not begun");
            return;
        }
        TrialRecord found = TrialRecord.read(trial.name(), trial.arm().name(), trial.seed(), run.get());
        runs.add(found.run());
        Status status = run.get().status();
        if (status.complete()) {
            complete.computeIfAbsent(found.group(), arm -> new ArrayList<>()).add(found);
        } else {
            String reason = status.reason();
            missing.put(trial.name(), status.state().word() + (reason == null ? "" : ": " + reason));
        }
    }

    private StudyResult result() {
        boolean sameWindows = arms.reference().recipe().train().evalTokens().tokens() >= facts.heldOutTokens();
        Comparisons comparisons = new Comparisons(complete.values().stream()
                .flatMap(List::stream)
                .map(trial -> TrialLosses.of(trial, sameWindows))
                .toList());
        List<ArmResult> shown = arms.all().stream()
                .filter(arm -> complete.containsKey(arm.name()))
                .map(arm -> arm(arm, complete.getOrDefault(arm.name(), List.of())))
                .toList();
        String mixture = arms.reference().name();
        List<Verdict.Compared> pairs = new ArrayList<>();
        List<GapPoint> gap = new ArrayList<>();
        for (Arms.Arm other : arms.others()) {
            comparisons
                    .compare(other.name(), mixture)
                    .ifPresent(comparison ->
                            pairs.add(new Verdict.Compared(comparison, comparisons.trend(other.name(), mixture))));
            gap.addAll(comparisons.gap(other.name(), mixture));
        }
        List<Comparison> compared =
                pairs.stream().map(Verdict.Compared::comparison).toList();
        int jobs = TrialSet.jobs(folder.path());
        return new StudyResult(
                recipe.name(),
                shown,
                compared,
                gap,
                facts.unigramEntropy(),
                facts.bytesPerToken(),
                Headline.of(shown, compared, facts.unigramEntropy()),
                Verdict.sentence(shown, pairs, facts.unigramEntropy()),
                new Notes(arms, facts, missing, shown, compared, jobs).all(),
                StudyFindings.of(shown, pairs, facts.unigramEntropy(), missing),
                folder.files().provenance(),
                jobs);
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
