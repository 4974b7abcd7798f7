package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.lab.map.MapMerge;
import dev.mojave.lab.map.MapResults;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.lab.sweep.SweepResults;
import dev.mojave.report.MapReport;
import dev.mojave.report.RunReport;
import dev.mojave.report.StudyReport;
import dev.mojave.report.SweepReport;
import dev.mojave.result.study.MapResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rebuilds the report of a run, a study or a sweep from its files. */
@Command(
        name = "report",
        description = {
            "Rebuild report.html and plots/*.png of a run, a study or a sweep, finished or not, from its files.",
            "",
            "Several studies with axes are merged into one map with a results.json of its own, if their recipes differ only in name and"
                    + " in the values of the axes."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave report runs/quickstart-quick")
public final class ReportVerb implements Verb {
    @Parameters(
            paramLabel = "FOLDER",
            arity = "1..*",
            description = "Folder of a run, a study or a sweep, or the folders of several studies with axes.")
    List<Path> folders = new ArrayList<>();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "Folder for the report of merged studies; default: the name of the first study with -merged appended.")
    private @Nullable Path output;

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        Path report = folders.size() > 1 ? merge(console) : write(folders.getFirst(), console);
        if (json.chosen(console)) {
            console.json(Map.of("path", report.toString()));
        } else {
            console.print(report.toString());
        }
        return ExitCodes.OK;
    }

    private Path merge(Console console) {
        Path first = folders.getFirst();
        MapResult merged = MapMerge.of(folders);
        Path folder = output == null ? first.resolveSibling(first.getFileName() + "-merged") : output;
        if (Files.exists(folder.resolve("recipe.yaml"))) {
            throw Failure.usage(
                    "--output: %s is the folder of a run or a study, whose results would be lost; choose another",
                    folder);
        }
        try {
            Files.createDirectories(folder);
            AtomicFiles.write(folder.resolve("results.json"), Json.pretty(merged) + "\n");
        } catch (IOException e) {
            throw IoFailures.of("write the merged results", folder, e);
        }
        return MapReport.write(merged, folder, console::warn).getFirst();
    }

    private Path write(Path folder, Console console) {
        if (output != null) {
            throw Failure.usage("--output: the report of %s is written into it; leave --output out", folder);
        }
        if (StudyResults.isStudy(folder)) {
            StudyResults.Output study = StudyResults.read(folder);
            return StudyReport.write(study.result(), study.runs(), folder, console::warn)
                    .getFirst();
        }
        if (MapResults.isMap(folder) || MapResults.isRecord(folder)) {
            return MapReport.write(MapResults.read(folder), folder, console::warn)
                    .getFirst();
        }
        if (SweepResults.isSweep(folder)) {
            SweepResults.Output sweep = SweepResults.read(folder);
            return SweepReport.write(sweep.result(), sweep.runs(), folder, console::warn)
                    .getFirst();
        }
        RunFolder run = RunFolder.open(folder);
        return RunReport.write(RunRecords.read(run, run.name(), run.name()), folder, console::warn)
                .getFirst();
    }
}
