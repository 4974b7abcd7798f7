package dev.mojave.cli.verb.study;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Signals;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.map.MapRunner;
import dev.mojave.report.MapReport;
import java.nio.file.Path;
import java.util.Optional;

/** Runs a study with axes and prints its results. */
final class MapRun {
    private MapRun() {}

    /**
     * Runs it.
     *
     * @param verb what starts it, without options
     */
    static int run(Console console, StudyDesign design, StudyOptions options, String verb) {
        boolean json = options.json(console);
        String typed = verb + options.retyped();
        String again = typed + " --resume auto";
        try (Signals signals = Signals.listen(console)) {
            MapRunner.Result result = MapRunner.run(design, options.runner(typed, true), console, signals);
            if (!result.finished()) {
                console.say("The study is interrupted; what is done is kept. Go on with:\n  " + again);
                return signals.exitCode();
            }
            if (result.alreadyFinished()) {
                console.say(result.folder() + " is finished: nothing was left to do.");
            }
            report(console, result);
            if (json) {
                console.json(result.result());
            }
            return StudyVerb.outcome(console, result.result().missing(), again);
        }
    }

    /** Writes the report and prints the results, even if the report fails. */
    private static void report(Console console, MapRunner.Result result) {
        Optional<Path> report = Optional.empty();
        try {
            report = Optional.of(MapReport.write(result.result(), result.folder(), console::warn)
                    .getFirst());
        } finally {
            console.print(new MapText(result.result(), result.folder(), report).text());
        }
    }
}
