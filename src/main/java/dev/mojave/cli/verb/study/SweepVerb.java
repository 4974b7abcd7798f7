package dev.mojave.cli.verb.study;

import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.lab.sweep.SweepResults;
import dev.mojave.lab.sweep.SweepRunner;
import dev.mojave.report.SweepReport;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a sweep. */
@Command(
        name = "sweep",
        description = {
            "Train one recipe with many settings, and rank them by validation loss.",
            "",
            "The recipe of a sweep adds grid: {KEY: [VALUES]} (every combination), random: {samples: N, keys: {KEY: {from, to, scale: log}}}"
                    + " (random samples), or both; seeds: [1, 2, 3]; and halving: {rungs: [TOKENS, MORE], keep: 0.33}, which trains only"
                    + " the best share of the points longer. Each trial runs in a process of its own, and several run concurrently (--jobs); one"
                    + " that fails excludes only its point from the ranking. The results are a ranking with intervals, an HTML report, and"
                    + " the recipe of the best point, winner.yaml."
        },
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave sweep recipes/sweep-tiny.yaml --set train.tokens=20k --name short")
public final class SweepVerb implements Verb {
    @Parameters(paramLabel = "RECIPE", description = "A YAML file with grid or random; see recipes/ for an example.")
    private Path recipe = Path.of("");

    @Mixin
    private final StudyOptions options;

    @Option(
            names = "--yes",
            description = "Run the sweep even if it has more than " + SweepRecipe.MANY_TRIALS + " trials.")
    private boolean yes;

    /** Creates the verb; each trial is trained in a process of its own. */
    public SweepVerb(OwnProgram program) {
        this.options = new StudyOptions(program);
    }

    @Override
    public int run(Console console) {
        SweepRecipe sweep = SweepRecipe.read(recipe, options.settings(), yes);
        if (options.printConfig()) {
            console.stream(sweep.yaml());
            return ExitCodes.OK;
        }
        boolean json = options.json(console);
        String typed = "./mojave sweep " + ShellWord.of(recipe) + options.retyped() + (yes ? " --yes" : "");
        String again = typed + " --resume auto";
        try (Signals signals = Signals.listen(console)) {
            SweepRunner.Result result = SweepRunner.run(sweep, options.runner(typed, true), console, signals);
            if (!result.finished()) {
                console.say("The sweep was interrupted; finished work is kept. Continue with:\n  " + again);
                return signals.exitCode();
            }
            if (result.alreadyFinished()) {
                console.say(result.folder() + " has finished already: nothing was left to do.");
            }
            report(console, result);
            if (json) {
                console.json(result.output().result());
            }
            return StudyVerb.outcome(console, result.output().result().missing(), again);
        }
    }

    /** Writes the report and prints the results, which are printed even if the report cannot be written. */
    private static void report(Console console, SweepRunner.Result result) {
        SweepResults.Output output = result.output();
        Optional<Path> report = Optional.empty();
        try {
            report = Optional.of(SweepReport.write(output.result(), output.runs(), result.folder(), console::warn)
                    .getFirst());
        } finally {
            console.print(new SweepText(output.result(), result.folder(), result.winner(), report).text());
        }
    }
}
