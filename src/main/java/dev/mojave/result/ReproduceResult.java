package dev.mojave.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of training a run again and comparing the two.
 *
 * @param identical whether weights, optimiser state and every line of metrics.jsonl are bit-identical, except for measurements of time, speed
 *     and memory
 * @param compared the criterion, {@link #BITS} or {@link #LOSSES}
 * @param differences the differences: first those of the circumstances, which determine the criterion, then those of the results
 * @param valLoss last validation loss of the original run, nats per token; null if it has none, as is the next
 * @param reproducedValLoss last validation loss of the new run, nats per token
 * @param spread standard deviation of the validation loss over other seeds of the same arm; null if there are fewer than two of them
 * @param spreadSeeds number of other seeds
 * @param withinSpread whether the losses are at most two standard deviations apart; null without a spread, and if bits are the criterion
 * @param step step of the checkpoints that were compared
 * @param folder folder of the new run; null if it was removed
 */
public record ReproduceResult(
        boolean identical,
        String compared,
        List<Difference> differences,
        @Nullable Double valLoss,
        @Nullable Double reproducedValLoss,
        @Nullable Double spread,
        int spreadSeeds,
        @Nullable Boolean withinSpread,
        long step,
        @Nullable String folder) {
    /** The criterion is that weights, optimiser state and log are bit-identical. */
    public static final String BITS = "bits";
    /** The criterion is that the last validation losses are close. */
    public static final String LOSSES = "losses";

    /** The largest difference of the losses that passes, in standard deviations. */
    public static final double DEVIATIONS = 2;

    /**
     * One difference between the two runs.
     *
     * @param what {@code commit}, {@code processor}, {@code libraries}, {@code engine} or {@code data} for the circumstances; {@code weights},
     *     {@code optimizer} or {@code metrics} for the results
     * @param there value in the original run
     * @param here value in the new run
     */
    public record Difference(String what, String there, String here) {}

    /** Makes the list immutable. */
    public ReproduceResult {
        differences = List.copyOf(differences);
    }

    /** Returns whether the run was reproduced: bit for bit, or within the spread of seeds if losses are the criterion. */
    public boolean holds() {
        return identical || Boolean.TRUE.equals(withinSpread);
    }
}
