package dev.mojave.result.study;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One cell of a map: a whole comparison at one size and budget.
 *
 * @param name {@code cell-N}, the prefix of the folders of its trials
 * @param label its values on one line
 * @param values as typed in YAML, by the axis's key
 * @param arms those with at least one finished trial, in the order of the recipe
 * @param comparisons every arm against the mixture
 */
public record MapCell(
        String name, String label, Map<String, String> values, List<ArmResult> arms, List<Comparison> comparisons) {
    /** Returns the comparison of two arms, if both have a seed that finished. */
    public Optional<Comparison> comparison(String a, String b) {
        return comparisons.stream()
                .filter(one -> one.a().equals(a) && one.b().equals(b))
                .findFirst();
    }
}
