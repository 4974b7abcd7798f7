package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.lab.study.StudyRunner;
import dev.mojave.report.StudyReport;
import dev.mojave.run.StudyRecipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mojave study}. */
@Command(
        name = "study",
        description = {
            "Train several models (arms) with several seeds at matched budgets, and compare them.",
            "Each trial runs in a process of its own, one after another; one that fails does not stop the others."
                    + " The end is a verdict with its intervals, a table, and a report in HTML."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave study recipes/quickstart.yaml --set budget.tokens=20k --name short")
final class StudyVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A recipe with arms, seeds and a budget.")
    private Path recipe = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a key of the recipe, for example --set budget.tokens=2M; again for more.")
    private List<String> sets = new ArrayList<>();

    @Mixin
    private StudyOptions options = new StudyOptions();

    @Override
    public int run(Console console) throws IOException {
        List<String> all = new ArrayList<>(sets);
        all.addAll(options.nameSetting());
        StudyRecipe study = StudyRecipe.read(recipe, all);
        StringBuilder again = new StringBuilder("./mojave study ").append(ShellWord.of(recipe.toString()));
        sets.forEach(set -> again.append(" --set ").append(ShellWord.of(set)));
        return run(console, study, options, again.toString());
    }

    /**
     * Runs a study and prints what it found.
     *
     * @param command what starts it, without the options that {@link StudyOptions} has
     */
    static int run(Console console, StudyRecipe study, StudyOptions options, String command) throws IOException {
        if (options.printConfig()) {
            console.print(study.yaml().stripTrailing());
            return ExitCodes.OK;
        }
        if (options.json()) {
            console.reserveOutput();
        }
        String typed = command + options.retyped();
        String again = typed + " --resume auto";
        try (Signals signals = Signals.listen(console)) {
            StudyRunner.Result result = StudyRunner.run(study, options.runner(typed), console, signals);
            if (!result.finished()) {
                console.say("The study is interrupted; what is done is kept. Go on with:\n  " + again);
                return signals.exitCode();
            }
            if (result.alreadyFinished()) {
                console.say(result.folder() + " is finished; nothing was left to do");
            }
            Path report = StudyReport.write(
                            result.output().result(), result.output().runs(), result.folder())
                    .getFirst();
            console.print(new StudyText(result.output(), result.folder(), report).text());
            if (options.json()) {
                console.json(result.output().result());
            }
            return outcome(console, result, again);
        }
    }

    private static int outcome(Console console, StudyRunner.Result result, String again) {
        if (result.output().missing().isEmpty()) {
            return ExitCodes.OK;
        }
        result.output().missing().forEach((trial, reason) -> console.warn("trial " + trial + " " + reason));
        console.say("Try the failed trials again, each from its last checkpoint, with:\n  " + again);
        return Failure.Kind.TRAINING.exitCode();
    }
}
