package dev.mojave.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run that was trained again came out the same.
 *
 * @param identical whether weights, optimiser state and every line of metrics.jsonl are the same bits, but for what measures time, speed and
 *     memory
 * @param compared {@link #BITS} or {@link #LOSSES}: what decides
 * @param differences what differs: first the circumstances, which decide what is compared, then the results
 * @param valLoss last validation loss of the run, nats per token; absent if it has none, as is the next
 * @param reproducedValLoss that of the run that was trained again
 * @param spread standard deviation of the validation loss over other seeds of the same arm; absent if there are fewer than two of them
 * @param spreadSeeds how many other seeds there are
 * @param withinSpread whether the losses are at most two standard deviations apart; absent without a spread, and where bits decide
 * @param step of the checkpoints that were compared
 * @param folder where the run was trained again; absent if it was removed
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
    /** Weights, optimiser state and log decide. */
    public static final String BITS = "bits";
    /** The last validation losses decide. */
    public static final String LOSSES = "losses";

    /** How many standard deviations the losses may lie apart. */
    public static final double DEVIATIONS = 2;

    /**
     * One thing that differs.
     *
     * @param what {@code commit}, {@code processor}, {@code libraries}, {@code engine} or {@code data} of the circumstances, {@code weights},
     *     {@code optimizer} or {@code metrics} of the results
     * @param there in the run
     * @param here in the run that was trained again
     */
    public record Difference(String what, String there, String here) {}

    /** Keeps the list from changing. */
    public ReproduceResult {
        differences = List.copyOf(differences);
    }

    /** Returns whether the run is reproduced: bit for bit, or within the spread of seeds where losses decide. */
    public boolean holds() {
        return identical || Boolean.TRUE.equals(withinSpread);
    }
}
