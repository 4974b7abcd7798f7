package dev.mojave.lab.study;

import dev.mojave.lab.design.Cell;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.StudyResult;
import dev.mojave.result.study.TunedArm;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private StudyResults() {}

    /** Returns whether a folder is a study's. */
    public static boolean isStudy(Path folder) {
        return ExperimentFolder.is(ExperimentFolder.Kind.STUDY, folder);
    }

    /**
     * Reads a study.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the folder is not a study's, DATA if its files are damaged
     */
    public static Output read(Path path) {
        ExperimentFolder folder = ExperimentFolder.open(ExperimentFolder.Kind.STUDY, path);
        StudyDesign design = StudyDesign.read(folder.recipe(), List.of(), true);
        DataFacts facts = folder.facts();
        StudyTrials trials = trials(design, folder, facts);
        CellResults cell = new CellResults(design.cells().getFirst(), trials, facts);
        Map<String, String> missing = new LinkedHashMap<>(trials.missingTuning());
        missing.putAll(cell.missing());
        return new Output(result(design, folder, trials, cell, missing), cell.runs(), missing);
    }

    /** Returns the trials of a study as its folder holds them, to be read. */
    private static StudyTrials trials(StudyDesign design, ExperimentFolder folder, DataFacts facts) {
        EngineRequest engine =
                EngineRequest.of(EngineChoice.of(folder.provenance().engine()));
        return new StudyTrials(design, folder, engine, facts.vocabulary(), recipe -> 0);
    }

    /**
     * What the cells of a map showed.
     *
     * @param cells by their places in the design
     * @param tuned what was tuned
     * @param missing trials without a complete result, each with the reason
     */
    public record Cells(List<MapCell> cells, List<TunedArm> tuned, Map<String, String> missing) {}

    /** Reads every cell of a map. */
    public static Cells cells(StudyDesign design, ExperimentFolder folder) {
        DataFacts facts = folder.facts();
        StudyTrials trials = trials(design, folder, facts);
        Map<String, String> missing = new LinkedHashMap<>(trials.missingTuning());
        List<MapCell> cells = new ArrayList<>();
        for (Cell cell : design.cells()) {
            CellResults read = new CellResults(cell, trials, facts);
            missing.putAll(read.missing());
            List<Verdict.Compared> compared = read.compared(read.comparisons());
            cells.add(new MapCell(
                    cell.name(),
                    cell.label(),
                    cell.values(),
                    read.shown().stream().map(ArmResult::withoutSamples).toList(),
                    compared.stream().map(Verdict.Compared::comparison).toList()));
        }
        return new Cells(List.copyOf(cells), trials.tuned(), Collections.unmodifiableMap(missing));
    }

    private static StudyResult result(
            StudyDesign design,
            ExperimentFolder folder,
            StudyTrials trials,
            CellResults cell,
            Map<String, String> missing) {
        DataFacts facts = folder.facts();
        Comparisons comparisons = cell.comparisons();
        List<Verdict.Compared> pairs = cell.compared(comparisons);
        List<ArmResult> shown = cell.shown();
        List<Comparison> compared =
                pairs.stream().map(Verdict.Compared::comparison).toList();
        String mixture = cell.arms().reference().name();
        List<GapPoint> gap = cell.arms().others().stream()
                .flatMap(other -> comparisons.gap(other.name(), mixture).stream())
                .toList();
        int jobs = TrialSet.jobs(folder.path());
        List<TunedArm> tuned = trials.tuned();
        return new StudyResult(
                design.name(),
                shown,
                compared,
                gap,
                facts.unigramEntropy(),
                facts.bytesPerToken(),
                Headline.of(shown, compared, facts.unigramEntropy()),
                Verdict.sentence(shown, pairs, facts.unigramEntropy()),
                new Notes(cell.arms(), facts, missing, shown, compared, jobs, tuned).all(),
                StudyFindings.of(shown, pairs, facts.unigramEntropy(), missing),
                folder.provenance(),
                jobs,
                tuned.isEmpty() ? null : tuned);
    }
}
