package dev.mojave.result.study;

import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a sweep's results.json.
 *
 * @param name name of the sweep
 * @param keys the keys that were varied
 * @param points points with a result, best first; points that are not ranked are last
 * @param effects main effects of the values of each key
 * @param interactions interactions of every pair of keys
 * @param halving how points were promoted; null if every point had the full budget
 * @param unigramEntropy entropy of the training split's token frequencies in nats: the lowest loss of a model that ignores context
 * @param bytesPerToken mean bytes of text per token of the validation split, to convert nats per token into bits per byte
 * @param headline the answer in one short sentence
 * @param notes limits of the sweep: what the ranking does not show, which trials failed, which other keys depended on swept ones
 * @param caveats by point, sentences that every reader of its loss must know
 * @param missing trials without a complete result, with the reasons
 * @param provenance origin of the sweep
 * @param jobs largest number of trials that ever ran concurrently: if it is more than 1, speeds and times are those of concurrent trials
 */
public record SweepResult(
        String name,
        List<Key> keys,
        List<SweepPoint> points,
        List<Effect> effects,
        List<Interaction> interactions,
        @Nullable Halving halving,
        double unigramEntropy,
        double bytesPerToken,
        String headline,
        List<String> notes,
        Map<String, List<String>> caveats,
        Map<String, String> missing,
        Provenance provenance,
        int jobs) {
    /**
     * A swept key.
     *
     * @param key dotted path of the key
     * @param name short name used in labels
     * @param values values as typed in YAML; for a range, its two ends
     * @param scale {@code linear} or {@code log} for a range, {@code list} for a list
     */
    public record Key(String key, String name, List<String> values, String scale) {}

    /**
     * The main effect of one value of a key: the mean over the points with that value, compared with the mean over all points.
     *
     * @param key dotted path of the key
     * @param value value as typed in YAML, or a part of a range
     * @param points number of points with this value
     * @param loss mean validation loss over these points and all seeds, nats per token
     * @param difference difference from the mean over all points; negative is better
     * @param ciLow lower end of the 95% interval, paired over seeds; null with one seed
     * @param ciHigh upper end of that interval
     */
    public record Effect(
            String key,
            String value,
            int points,
            double loss,
            double difference,
            @Nullable Double ciLow,
            @Nullable Double ciHigh) {}

    /**
     * The interaction of two keys.
     *
     * @param a dotted path of one key
     * @param b dotted path of the other key
     * @param cells one cell for each combination of their values
     */
    public record Interaction(String a, String b, List<Cell> cells) {}

    /**
     * The points with a given combination of values of two keys.
     *
     * @param a value of the first key
     * @param b value of the second key
     * @param points number of points with both values
     * @param loss mean validation loss of these points, nats per token; null if there are none
     * @param departure deviation of the loss from the sum of the two main effects: 0 everywhere if the keys do not interact; null if there are no
     *     points
     */
    public record Cell(
            String a,
            String b,
            int points,
            @Nullable Double loss,
            @Nullable Double departure) {}

    /**
     * How successive halving promoted points.
     *
     * @param rungs training tokens of each rung
     * @param keep share of a rung's points that is promoted
     * @param reached number of points that entered each rung
     */
    public record Halving(List<Long> rungs, double keep, List<Integer> reached) {}

    /** Returns the best point, or null if none is ranked. */
    public @Nullable SweepPoint best() {
        return points.isEmpty() || points.getFirst().rank() == null ? null : points.getFirst();
    }

    /** Returns the largest number of seeds of a point. */
    public int seeds() {
        return points.stream()
                .mapToInt(point -> point.valLoss().values().size())
                .max()
                .orElse(0);
    }

    /** Returns whether speeds and times were measured while other trials ran. */
    public boolean besideOthers() {
        return jobs > 1;
    }
}
