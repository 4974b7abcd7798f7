package dev.mojave.cli.verb.study;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.options.OutputOption;
import dev.mojave.cli.options.RecipeOptions;
import dev.mojave.cli.options.RunOptions;
import dev.mojave.lab.trials.ExperimentOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that {@code study}, {@code quickstart} and {@code sweep} share. */
final class StudyOptions {
    @Mixin
    private RecipeOptions recipe = new RecipeOptions();

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description =
                    "Trials to run concurrently, each on its share of the cores; default: the fastest number on this machine.")
    private @Nullable Integer jobs;

    @Mixin
    private JsonOption json = new JsonOption();

    private final OwnCommands commands;

    StudyOptions(OwnProgram program) {
        this.commands = new OwnCommands(program);
    }

    boolean printConfig() {
        return recipe.printConfig();
    }

    boolean json(Console console) {
        return json.chosen(console);
    }

    /** Returns the overrides as typed, including the name. */
    List<String> settings() {
        List<String> settings = new ArrayList<>(recipe.overrides());
        run.name().ifPresent(name -> settings.add("name=" + name));
        return settings;
    }

    /**
     * Returns the options of the experiment.
     *
     * @param foretell whether to predict first how long it will take
     */
    ExperimentOptions runner(String command, boolean foretell) {
        if (jobs != null && jobs < 1) {
            throw Failure.usage("--jobs (%d) must be at least 1", jobs);
        }
        return new ExperimentOptions(
                output.folder(),
                run.resume(),
                run.overwrite(),
                command,
                jobs == null ? OptionalInt.empty() : OptionalInt.of(jobs),
                foretell,
                commands);
    }

    /** Returns the options that identify the study or sweep, as typed. */
    String retyped() {
        StringBuilder text = new StringBuilder();
        recipe.overrides().forEach(set -> text.append(" --set ").append(ShellWord.of(set)));
        run.name().ifPresent(name -> text.append(" --name ").append(ShellWord.of(name)));
        if (!output.folder().equals(Path.of("runs"))) {
            text.append(" --output ").append(ShellWord.of(output.folder()));
        }
        if (jobs != null) {
            text.append(" --jobs ").append(jobs);
        }
        return text.toString();
    }
}
