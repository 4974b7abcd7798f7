package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.TextTable;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.options.OutputOption;
import dev.mojave.result.RunSummary;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Runs;
import dev.mojave.run.log.MetricsCsv;
import dev.mojave.run.log.MetricsLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists runs, including the trials of studies. */
@Command(
        name = "runs",
        description = {
            "List the runs under the output folder: state, step, losses.",
            "",
            "Losses are in nats per token; best is the lowest loss of all evaluations. For TensorBoard: tensorboard --logdir DIR."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave runs --json")
public final class RunsVerb implements Verb {
    @Mixin
    private OutputOption output = new OutputOption();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(
            names = "--csv",
            paramLabel = "RUN",
            description = "Print the metrics of the run in this folder as CSV instead, one row per logged line.")
    private @Nullable Path csv;

    @Override
    public int run(Console console) {
        if (csv != null) {
            if (json.chosen(console)) {
                throw Failure.usage("--csv and --json exclude each other: give one of them");
            }
            console.stream(MetricsCsv.of(MetricsLog.read(RunFolder.open(csv).metrics())));
            return ExitCodes.OK;
        }
        if (Files.exists(output.folder()) && !Files.isDirectory(output.folder())) {
            throw Failure.usage("--output: %s is a file, not a folder", output.folder());
        }
        List<RunSummary> runs = Files.exists(output.folder()) ? Runs.list(output.folder()) : List.of();
        if (json.chosen(console)) {
            console.json(runs);
        } else if (runs.isEmpty()) {
            console.print(
                    "no runs under " + output.folder() + "; './mojave quickstart' or './mojave train' creates some");
        } else {
            console.print(table(runs));
        }
        return ExitCodes.OK;
    }

    private static String table(List<RunSummary> runs) {
        TextTable table = new TextTable("run", "state", "step", "train loss", "val loss", "best", "note");
        for (RunSummary run : runs) {
            table.add(
                    run.name(),
                    run.state(),
                    run.totalSteps() > 0 ? run.step() + "/" + run.totalSteps() : Long.toString(run.step()),
                    loss(run.trainLoss()),
                    loss(run.valLoss()),
                    loss(run.bestValLoss()),
                    run.reason() == null ? "" : run.reason());
        }
        return table.text();
    }

    private static String loss(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}
