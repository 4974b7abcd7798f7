package dev.mojave.cli.verb.study;

import dev.mojave.result.ReproduceResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats the output of {@code reproduce}: the answer, the criterion and the differences. */
final class ReproduceText {
    private final Path run;
    private final ReproduceResult result;

    ReproduceText(Path run, ReproduceResult result) {
        this.run = run;
        this.result = result;
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add(StudyText.wrap(answer(), ""));
        result.differences().forEach(difference -> {
            lines.add("  " + difference.what() + ":");
            lines.add("    there: " + difference.there());
            lines.add("    here:  " + difference.here());
        });
        if (result.compared().equals(ReproduceResult.LOSSES)) {
            lines.add(StudyText.wrap(losses(), ""));
        }
        if (result.folder() != null) {
            lines.add("The second run is in " + result.folder());
        }
        return String.join("\n", lines);
    }

    private String answer() {
        String same = "weights, optimiser state and log of step " + result.step();
        if (result.compared().equals(ReproduceResult.BITS)) {
            return result.identical()
                    ? run + " was reproduced bit for bit: " + same + " are identical."
                    : run
                            + " was not reproduced bit for bit, although commit, processor, libraries, engine and data are the same:";
        }
        String compared =
                "Losses were compared, because the circumstances differ from those in which " + run + " was trained.";
        return result.identical()
                ? compared + " Nevertheless, it was reproduced bit for bit: " + same + " are identical."
                : compared;
    }

    private String losses() {
        Double there = result.valLoss();
        Double here = result.reproducedValLoss();
        if (there == null || here == null) {
            return "There is no validation loss to compare.";
        }
        String both = String.format(
                Locale.ROOT,
                "Validation loss: %.6f nats per token there, %.6f here, a difference of %+.6f",
                there,
                here,
                here - there);
        Double spread = result.spread();
        if (spread == null) {
            String seeds = result.spreadSeeds() == 0
                    ? "the run is not a trial of a study in which other seeds of its arm have finished"
                    : "its arm has only one other finished seed, and a standard deviation needs two";
            return both + ". It cannot be judged: " + seeds + ".";
        }
        return String.format(
                Locale.ROOT,
                "%s: %s two standard deviations (of %.6f, over %d other seeds of its arm).",
                both,
                Boolean.TRUE.equals(result.withinSpread()) ? "within" : "beyond",
                spread,
                result.spreadSeeds());
    }
}
