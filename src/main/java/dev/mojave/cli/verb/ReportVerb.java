package dev.mojave.cli.verb;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.lab.sweep.SweepResults;
import dev.mojave.report.RunReport;
import dev.mojave.report.StudyReport;
import dev.mojave.report.SweepReport;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunRecords;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Rebuilds the report of a run, a study or a sweep from its files. */
@Command(
        name = "report",
        description =
                "Rebuild report.html and plots/*.png of a run, a study or a sweep, finished or not, from its files.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave report runs/quickstart-quick")
public final class ReportVerb implements Verb {
    @Parameters(paramLabel = "FOLDER", description = "Folder of a run, a study or a sweep.")
    Path folder = Path.of("");

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        Path report = write(console);
        if (json.chosen(console)) {
            console.json(Map.of("path", report.toString()));
        } else {
            console.print(report.toString());
        }
        return ExitCodes.OK;
    }

    private Path write(Console console) {
        if (StudyResults.isStudy(folder)) {
            StudyResults.Output output = StudyResults.read(folder);
            return StudyReport.write(output.result(), output.runs(), folder, console::warn)
                    .getFirst();
        }
        if (SweepResults.isSweep(folder)) {
            SweepResults.Output output = SweepResults.read(folder);
            return SweepReport.write(output.result(), output.runs(), folder, console::warn)
                    .getFirst();
        }
        RunFolder run = RunFolder.open(folder);
        return RunReport.write(RunRecords.read(run, run.name(), run.name()), folder, console::warn)
                .getFirst();
    }
}
