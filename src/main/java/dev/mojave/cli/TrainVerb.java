package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.run.RecipeDraft;
import dev.mojave.run.RunFolder;
import dev.mojave.train.TrainRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains one model. */
@Command(
        name = "train",
        description = "Train one model from a recipe into DIR/NAME; stop with Ctrl-C, go on with --resume auto.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave train recipes/embedded-tiny.yaml --name first --set train.steps=100")
final class TrainVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A YAML file; recipes/ has examples.")
    Path recipe = Path.of("");

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the run; default: the recipe's.")
    @Nullable
    String name;

    @Option(names = "--output", paramLabel = "DIR", description = "Where runs are kept; default: ${DEFAULT-VALUE}.")
    Path output = Path.of("runs");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override a key of the recipe, for example train.steps=500; repeatable.")
    List<String> sets = new ArrayList<>();

    @Option(
            names = "--resume",
            paramLabel = "auto",
            description = "auto: go on from the last checkpoint of a run of this name, if there is one.")
    @Nullable
    String resume;

    @Option(names = "--overwrite", description = "Replace a run of this name.")
    boolean overwrite;

    @Option(names = "--from", paramLabel = "RUN", description = "Start from the weights of this run's best checkpoint.")
    @Nullable
    Path from;

    @Option(names = "--print-config", description = "Print the whole resolved recipe, which runs unchanged, and stop.")
    boolean printConfig;

    @Option(names = "--json", description = "Print the last metrics as JSON on standard output.")
    boolean json;

    @Override
    public int run(Console console) {
        RecipeDraft read = RecipeDraft.read(recipe, sets);
        RecipeDraft draft = name == null ? read : read.named(name);
        if (printConfig) {
            console.stream(draft.yaml());
            return ExitCodes.OK;
        }
        if (json) {
            console.reserveOutput();
        }
        TrainRun.Options options =
                new TrainRun.Options(output, resumes(resume), overwrite, Optional.ofNullable(from), command());
        try (Signals signals = Signals.listen(console)) {
            TrainRun.Result result = TrainRun.run(draft, options, console, signals);
            report(console, result);
            return result.finished() ? ExitCodes.OK : signals.exitCode();
        }
    }

    /** Reads the value of {@code --resume}. */
    static boolean resumes(@Nullable String value) {
        if (value != null && !value.equals("auto")) {
            throw Failure.usage("--resume takes auto, not '%s'", value);
        }
        return value != null;
    }

    private String command() {
        String overrides = sets.stream().map(s -> " --set " + s).reduce("", String::concat);
        return "mojave train " + recipe + (name == null ? "" : " --name " + name) + overrides;
    }

    private void report(Console console, TrainRun.Result result) {
        RunFolder folder = result.folder();
        Map<String, Double> metrics = folder.lastMetrics();
        if (json) {
            console.json(metrics);
            return;
        }
        if (result.alreadyFinished()) {
            console.print(folder.path() + " is finished: there is nothing to resume.");
        } else if (!result.finished()) {
            console.print(folder.path() + " stopped after a checkpoint; go on with: ./mojave train " + recipe
                    + (name == null ? "" : " --name " + name) + " --resume auto");
            return;
        }
        Double loss = metrics.get("val/loss");
        if (loss != null) {
            console.print("%s: validation loss %.4f nats per token (perplexity %.2f, %.4f bits per byte)"
                    .formatted(folder.path(), loss, metrics.get("val/perplexity"), metrics.get("val/bits_per_byte")));
        }
        console.print("Next: ./mojave generate " + folder.path() + "   ./mojave report " + folder.path());
    }
}
