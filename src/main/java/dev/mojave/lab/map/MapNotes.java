package dev.mojave.lab.map;

import dev.mojave.lab.study.TuningNotes;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.TunedArm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a reader of a map must know besides: what was tuned, what is missing, what the intervals mean. */
final class MapNotes {
    /** A model that ends above this share of the unigram entropy has learned too little to be compared. */
    private static final double LEARNED = 0.75;

    private final List<MapCell> cells;
    private final List<TunedArm> tuned;
    private final Map<String, String> missing;
    private final double unigramEntropy;
    private final int jobs;

    MapNotes(List<MapCell> cells, List<TunedArm> tuned, Map<String, String> missing, double unigramEntropy, int jobs) {
        this.cells = cells;
        this.tuned = tuned;
        this.missing = missing;
        this.unigramEntropy = unigramEntropy;
        this.jobs = jobs;
    }

    /**
     * Returns the notes.
     *
     * @param followers keys that were not set and follow the axes
     */
    List<String> all(Collection<String> followers) {
        List<String> notes = new ArrayList<>();
        missing.forEach((trial, reason) -> notes.add("Trial " + trial + " has no result (" + reason
                + "); what is paired with it is left out of every comparison."));
        learned(notes);
        notes.add(
                "Every cell is a comparison of its own: models matched at its size, trained with a whole learning-rate schedule for its"
                        + " budget.");
        notes.addAll(
                tuned.isEmpty()
                        ? List.of(
                                "Nothing was tuned: every arm was trained as the recipe says, at every size. Settings tuned for"
                                        + " each arm may give another map.")
                        : TuningNotes.of(tuned));
        intervals(notes);
        if (!followers.isEmpty()) {
            notes.add("These keys were not set and follow the axes: " + String.join(", ", followers) + ".");
        }
        if (jobs > 1) {
            notes.add("Up to " + jobs
                    + " trials ran side by side on this machine: speeds and times are those of a trial beside others, and losses do"
                    + " not depend on it.");
        }
        return notes;
    }

    private void learned(List<String> notes) {
        List<String> untrained = cells.stream()
                .flatMap(cell -> cell.arms().stream()
                        .filter(arm -> arm.valLoss().mean() > LEARNED * unigramEntropy)
                        .map(arm -> arm.name() + " at " + cell.label()))
                .toList();
        if (!untrained.isEmpty()) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Undertrained: %s ended above %.0f%% of the unigram entropy (%.3f nats per token), what a model without context"
                            + " reaches; these cells say little about trained models.",
                    String.join("; ", untrained),
                    100 * LEARNED,
                    unigramEntropy));
        }
    }

    private void intervals(List<String> notes) {
        int seeds = cells.stream()
                .flatMap(cell -> cell.comparisons().stream())
                .mapToInt(Comparison::n)
                .max()
                .orElse(0);
        if (seeds <= 1) {
            notes.add("One seed gives no interval: differences may be chance.");
            return;
        }
        notes.add(
                "Each 95% interval of a difference stands for itself; what is called shown follows from p-values that are corrected for all"
                        + " comparisons of the map (Holm 1979).");
        notes.add(
                "Turning points are interpolated between budgets, linearly in log tokens; their intervals are bootstraps over "
                        + seeds + " seeds"
                        + (seeds <= 5
                                ? ", which with so few seeds are too narrow: three give about 75% coverage, five about 85%."
                                : "."));
    }
}
