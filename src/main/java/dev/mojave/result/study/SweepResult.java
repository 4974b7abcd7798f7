package dev.mojave.result.study;

import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * results.json of a sweep.
 *
 * @param name the sweep's name
 * @param keys what was varied
 * @param points those with a result, best first; those that are not ranked are last
 * @param effects of each key's values
 * @param interactions of every two keys
 * @param halving how points were promoted; null where every point had the whole budget
 * @param unigramEntropy entropy of the training split's token frequencies, nats: what a model that ignores context can reach
 * @param bytesPerToken mean bytes of text per token of the validation split, to convert nats per token into bits per byte
 * @param headline the answer in one short sentence
 * @param notes honest limits: what the ranking cannot say, failed trials, what followed swept keys
 * @param caveats of a point's model, by point: what anyone who reads its loss must know
 * @param missing trials without a complete result, each with the reason
 * @param provenance where it comes from
 * @param jobs the most trials that ever ran side by side: where it is more than 1, speeds and times are those of a trial beside others
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
     * @param key its dotted path
     * @param name the short name that labels use
     * @param values as typed in YAML; of a range its two ends
     * @param scale {@code linear} or {@code log} for a range, {@code list} for a list
     */
    public record Key(String key, String name, List<String> values, String scale) {}

    /**
     * What the points with one value of a key have in common: the mean over them, and how far it lies from the mean over all points.
     *
     * @param key the key's dotted path
     * @param value as typed in YAML, or a part of a range
     * @param points how many points have it
     * @param loss mean validation loss over these points and all seeds, nats per token
     * @param difference from the mean over all points; negative is better
     * @param ciLow lower end of the 95% interval, paired over seeds: null with one seed
     * @param ciHigh upper end
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
     * Two keys together.
     *
     * @param a a key's dotted path
     * @param b another's
     * @param cells each value of a with each of b
     */
    public record Interaction(String a, String b, List<Cell> cells) {}

    /**
     * The points with one value of each of two keys.
     *
     * @param a value of the first key
     * @param b value of the second
     * @param points how many points have both
     * @param loss their mean validation loss, nats per token; null without points
     * @param departure how far that lies from what the two values' effects add up to: 0 everywhere if the keys do not interact; null without
     *     points
     */
    public record Cell(
            String a,
            String b,
            int points,
            @Nullable Double loss,
            @Nullable Double departure) {}

    /**
     * Successive halving.
     *
     * @param rungs training tokens of each
     * @param keep share of a rung that is promoted
     * @param reached how many points entered each rung
     */
    public record Halving(List<Long> rungs, double keep, List<Integer> reached) {}

    /** Returns the best point, null if none is ranked. */
    public @Nullable SweepPoint best() {
        return points.isEmpty() || points.getFirst().rank() == null ? null : points.getFirst();
    }

    /** Returns the largest number of seeds that a point was trained with. */
    public int seeds() {
        return points.stream()
                .mapToInt(point -> point.valLoss().values().size())
                .max()
                .orElse(0);
    }

    /** Returns whether speeds and times are those of trials beside others. */
    public boolean besideOthers() {
        return jobs > 1;
    }
}
