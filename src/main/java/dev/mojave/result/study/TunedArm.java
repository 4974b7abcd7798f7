package dev.mojave.result.study;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What tuning chose for an arm before the comparison.
 *
 * @param arm the arm
 * @param at the size in a map, as typed in YAML, by key; empty in a study without axes
 * @param tokens training tokens of a tuning trial
 * @param seeds seeds of the tuning trials
 * @param settings all that was tried, in the order of the recipe
 * @param chosen name of the setting with the lowest mean validation loss; null while tuning has not ended, or if every setting failed
 * @param edges tuned keys whose chosen value is the smallest or largest that was tried, in words: a better one may lie beyond
 */
public record TunedArm(
        String arm,
        Map<String, String> at,
        long tokens,
        List<Long> seeds,
        List<Setting> settings,
        @Nullable String chosen,
        List<String> edges) {
    /**
     * A setting that was tried.
     *
     * @param name {@code point-N}
     * @param label its values on one line
     * @param values as typed in YAML, by the key's dotted path
     * @param valLoss validation loss over the tuning seeds that finished; null if none did
     * @param failed why a seed has no result; null if all have one
     */
    public record Setting(
            String name,
            String label,
            Map<String, String> values,
            @Nullable Summary valLoss,
            @Nullable String failed) {}

    /** Returns the chosen setting, if there is one. */
    public Optional<Setting> choice() {
        return settings.stream()
                .filter(setting -> setting.name().equals(chosen))
                .findFirst();
    }
}
