package dev.mojave.result.study;

import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * results.json of a map, or of several that were merged.
 *
 * @param name the study's name
 * @param axes in the order of the recipe
 * @param cells every combination of their values
 * @param turns from which budget on an arm leads, for each size and each arm that is compared with the mixture; empty without an axis of budgets
 * @param tuning what was tuned for each arm and size; empty if nothing was
 * @param unigramEntropy entropy of the training split's token frequencies, nats: what a model that ignores context can reach
 * @param bytesPerToken mean bytes of text per token of the validation split, to convert nats per token into bits per byte
 * @param headline the answer in one short sentence
 * @param notes honest limits
 * @param missing trials without a complete result, each with the reason
 * @param studies names of the maps that were merged; one name if none was
 * @param provenance where it comes from; of several, where the first does
 * @param jobs the most trials that ever ran side by side: where it is more than 1, speeds and times are those of a trial beside others
 */
public record MapResult(
        String name,
        List<Axis> axes,
        List<MapCell> cells,
        List<Turn> turns,
        List<TunedArm> tuning,
        double unigramEntropy,
        double bytesPerToken,
        String headline,
        List<String> notes,
        Map<String, String> missing,
        List<String> studies,
        Provenance provenance,
        int jobs) {
    /** The key of the axis of budgets. */
    public static final String TOKENS = "tokens";

    /**
     * An axis.
     *
     * @param key {@code tokens}, or the dotted path of a key
     * @param values as typed in YAML, in the order of the recipe; budgets rise
     */
    public record Axis(String key, List<String> values) {}

    /** Returns every comparison of every cell. */
    public Stream<Comparison> comparisons() {
        return cells.stream().flatMap(cell -> cell.comparisons().stream());
    }

    /** Returns the axis of budgets, if there is one. */
    public Optional<Axis> tokens() {
        return axes.stream().filter(axis -> axis.key().equals(TOKENS)).findFirst();
    }

    /** Returns the axis that is not that of budgets, or the second if neither is. */
    public Optional<Axis> sizes() {
        return axes.stream().filter(axis -> !axis.key().equals(TOKENS)).reduce((first, second) -> second);
    }

    /** Returns whether speeds and times are those of trials beside others. */
    public boolean besideOthers() {
        return jobs > 1;
    }
}
