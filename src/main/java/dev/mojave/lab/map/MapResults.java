package dev.mojave.lab.map;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.result.study.MapResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the results of a map from its folder, finished or not. Everything is derived from the trials' logs. */
public final class MapResults {
    private static final String RESULTS = "results.json";

    private MapResults() {}

    /** Returns whether a folder is that of a map. */
    public static boolean isMap(Path folder) {
        return ExperimentFolder.is(ExperimentFolder.Kind.MAP, folder);
    }

    /**
     * Returns whether a folder contains the recipe and the results of a map without its trials: the record of a map that was run elsewhere.
     */
    public static boolean isRecord(Path folder) {
        return !isMap(folder)
                && Files.isRegularFile(folder.resolve(RESULTS))
                && Files.isRegularFile(folder.resolve("recipe.yaml"))
                && Yaml.read(folder.resolve("recipe.yaml")).hasNonNull("axes");
    }

    /**
     * Reads a map.
     *
     * @throws Failure of kind USAGE if the folder is not a map's, DATA if its files are damaged
     */
    public static MapResult read(Path path) {
        if (isRecord(path)) {
            return Json.read(path.resolve(RESULTS), MapResult.class);
        }
        ExperimentFolder folder = ExperimentFolder.open(ExperimentFolder.Kind.MAP, path);
        StudyDesign design = StudyDesign.read(folder.recipe(), List.of(), true);
        StudyResults.Cells cells = StudyResults.cells(design, folder);
        MapSummary summary = new MapSummary(cells.cells());
        DataFacts facts = folder.facts();
        int jobs = TrialSet.jobs(folder.path());
        List<MapResult.Axis> axes = design.axes().entrySet().stream()
                .map(axis -> new MapResult.Axis(axis.getKey(), axis.getValue()))
                .toList();
        return new MapResult(
                design.name(),
                axes,
                summary.cells(),
                summary.turns(),
                cells.tuned(),
                facts.unigramEntropy(),
                facts.bytesPerToken(),
                summary.headline(),
                new MapNotes(summary.cells(), cells.tuned(), cells.missing(), facts.unigramEntropy(), jobs)
                        .all(design.followers()),
                cells.missing(),
                List.of(design.name()),
                folder.provenance(),
                jobs);
    }
}
