package dev.mojave.cli.verb.study;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.lab.study.StudyRunner;
import dev.mojave.lab.trials.TrialLimit;
import dev.mojave.report.StudyReport;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a study. */
@Command(
        name = "study",
        description = {
            "Train several models (arms) with several seeds at matched budgets, and compare them.",
            "",
            "Each trial runs in a process of its own, and several run concurrently (--jobs); one that fails does not stop the others. The"
                    + " results are a verdict with intervals, a table and an HTML report.",
            "",
            "tune: {tokens: 500k, seeds: [11], KEY: [VALUES]} tunes every arm first, on seeds of its own. axes: {tokens: [500k, 1M],"
                    + " model.hidden_size: [32, 64]} repeats the comparison over budgets and sizes: a map, with the budget from which"
                    + " the mixture leads. train.schedule.warmup_fraction makes the warm-up grow with the budget."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave study recipes/quickstart.yaml --set budget.tokens=20k --name short")
public final class StudyVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A recipe with arms, seeds and a budget.")
    private Path recipe = Path.of("");

    @Mixin
    private final StudyOptions options;

    @Option(names = "--yes", description = "Run the study even if it has more than " + TrialLimit.MANY + " trials.")
    private boolean yes;

    /** Creates the verb; each trial is trained in a process of its own. */
    public StudyVerb(OwnProgram program) {
        this.options = new StudyOptions(program);
    }

    @Override
    public int run(Console console) {
        StudyDesign study = StudyDesign.read(recipe, options.settings(), yes);
        String verb = "./mojave study " + ShellWord.of(recipe) + (yes ? " --yes" : "");
        return run(console, study, options, verb, !study.isPlain());
    }

    /**
     * Runs a study and prints its results.
     *
     * @param verb the command without options
     * @param foretell whether to predict first how long it will take
     */
    static int run(Console console, StudyDesign study, StudyOptions options, String verb, boolean foretell) {
        if (options.printConfig()) {
            console.stream(study.yaml());
            return ExitCodes.OK;
        }
        if (study.isMap()) {
            return MapRun.run(console, study, options, verb);
        }
        boolean json = options.json(console);
        String typed = verb + options.retyped();
        String again = typed + " --resume auto";
        try (Signals signals = Signals.listen(console)) {
            StudyRunner.Result result = StudyRunner.run(study, options.runner(typed, foretell), console, signals);
            if (!result.finished()) {
                console.say("The study was interrupted; finished work is kept. Continue with:\n  " + again);
                return signals.exitCode();
            }
            if (result.alreadyFinished()) {
                console.say(result.folder() + " has finished already: nothing was left to do.");
            }
            report(console, result);
            if (json) {
                console.json(result.output().result());
            }
            return outcome(console, result.output().missing(), again);
        }
    }

    /** Writes the report and prints the results, which are printed even if the report cannot be written. */
    private static void report(Console console, StudyRunner.Result result) {
        StudyResults.Output output = result.output();
        Optional<Path> report = Optional.empty();
        try {
            report = Optional.of(StudyReport.write(output.result(), output.runs(), result.folder(), console::warn)
                    .getFirst());
        } finally {
            console.print(new StudyText(output, result.folder(), report).text());
        }
    }

    /** Prints which trials have no result and how to repeat them; returns the exit code. */
    static int outcome(Console console, Map<String, String> missing, String again) {
        if (missing.isEmpty()) {
            return ExitCodes.OK;
        }
        missing.forEach((trial, reason) -> console.warn("trial " + trial + " " + reason));
        console.say("Repeat them, each from its last checkpoint, with:\n  " + again);
        return Failure.Kind.TRAINING.exitCode();
    }
}
