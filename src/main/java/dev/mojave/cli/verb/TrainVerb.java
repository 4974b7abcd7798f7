package dev.mojave.cli.verb;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.options.OutputOption;
import dev.mojave.cli.options.RecipeOptions;
import dev.mojave.cli.options.RunOptions;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.train.TrainRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains one model. */
@Command(
        name = "train",
        description = "Train one model from a recipe into DIR/NAME; stop with Ctrl-C, continue with --resume auto.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave train recipes/embedded-tiny.yaml --name first --set train.steps=200 --resume auto")
public final class TrainVerb implements Verb {
    @Parameters(
            paramLabel = "RECIPE",
            description = "A YAML file (see recipes/ for examples), or the folder of a run, to train its recipe there.")
    Path recipe = Path.of("");

    @Mixin
    final RecipeOptions recipeOptions = new RecipeOptions();

    @Mixin
    final RunOptions runOptions = new RunOptions();

    @Mixin
    final OutputOption output = new OutputOption();

    @Mixin
    final JsonOption json = new JsonOption();

    @Option(
            names = "--from",
            paramLabel = "RUN",
            description = "Start from the weights of this run's best checkpoint, or of a Hugging Face folder.")
    @Nullable
    Path from;

    @Override
    public int run(Console console) {
        RecipeDraft draft = draft();
        if (recipeOptions.printConfig()) {
            console.stream(draft.yaml());
            return ExitCodes.OK;
        }
        boolean asJson = json.chosen(console);
        TrainRun.Options options = new TrainRun.Options(
                folderOfRuns(), runOptions.resume(), runOptions.overwrite(), Optional.ofNullable(from), command());
        try (Signals signals = Signals.listen(console)) {
            TrainRun.Result result = TrainRun.run(draft, options, console, signals);
            if (asJson) {
                console.json(result.folder().lastMetrics());
            } else {
                report(console, result);
            }
            return result.finished() ? ExitCodes.OK : signals.exitCode();
        }
    }

    private RecipeDraft draft() {
        if (!Files.isDirectory(recipe)) {
            RecipeDraft read = RecipeDraft.read(recipe, recipeOptions.overrides());
            return runOptions.name().map(read::named).orElse(read);
        }
        if (runOptions.name().isPresent() || output.given()) {
            throw Failure.usage(
                    "%s is the folder of a run, which is trained in place: leave out --name and --output, or pass %s instead",
                    recipe, recipe.resolve(RunFolder.RECIPE));
        }
        RunFolder folder = RunFolder.open(recipe);
        return RecipeDraft.read(folder.path().resolve(RunFolder.RECIPE), recipeOptions.overrides())
                .named(folder.name());
    }

    private Path folderOfRuns() {
        return Files.isDirectory(recipe) ? recipe.toAbsolutePath().normalize().resolveSibling("") : output.folder();
    }

    /** Returns the command as typed, without --overwrite and --resume. */
    public String command() {
        return "mojave train " + retyped() + (from == null ? "" : " --from " + ShellWord.of(from));
    }

    /** Returns the recipe and the options that identify the run. */
    public String retyped() {
        StringBuilder text = new StringBuilder(ShellWord.of(recipe));
        runOptions.name().ifPresent(name -> text.append(" --name ").append(ShellWord.of(name)));
        recipeOptions.overrides().forEach(set -> text.append(" --set ").append(ShellWord.of(set)));
        if (!output.folder().equals(Path.of("runs"))) {
            text.append(" --output ").append(ShellWord.of(output.folder()));
        }
        return text.toString();
    }

    private void report(Console console, TrainRun.Result result) {
        RunFolder folder = result.folder();
        Map<String, Double> metrics = folder.lastMetrics();
        if (result.alreadyFinished()) {
            console.print(folder.path() + " has finished: there is nothing to resume.");
        } else if (!result.finished()) {
            console.print(folder.path() + " stopped after a checkpoint; continue with: ./mojave train " + retyped()
                    + " --resume auto");
            return;
        }
        Double loss = metrics.get(Metrics.VAL_LOSS.name());
        if (loss != null) {
            console.print(String.format(
                    Locale.ROOT,
                    "%s: validation loss %.4f nats per token (perplexity %.2f, %.4f bits per byte)",
                    folder.path(),
                    loss,
                    metrics.get(Metrics.VAL_PERPLEXITY.name()),
                    metrics.get(Metrics.VAL_BITS_PER_BYTE.name())));
        }
        String run = ShellWord.of(folder.path());
        console.print("Next: ./mojave generate " + run + "   ./mojave report " + run);
    }
}
