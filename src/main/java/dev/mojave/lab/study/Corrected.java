package dev.mojave.lab.study;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.result.study.Comparison;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/** Corrects the p-values of comparisons for their number. */
public final class Corrected {
    private Corrected() {}

    /**
     * Corrects by Holm's procedure ({@link Statistics#holm}): the family consists of all given comparisons. A comparison of a single pair
     * has no p-value and does not count.
     *
     * @return in the order of the argument
     */
    public static List<Comparison> comparisons(List<Comparison> comparisons) {
        List<Double> pValues = comparisons.stream()
                .map(Comparison::pValue)
                .filter(Objects::nonNull)
                .toList();
        Iterator<Double> corrected = Statistics.holm(pValues).iterator();
        return comparisons.stream()
                .map(one -> one.pValue() == null ? one : one.withHolm(corrected.next()))
                .toList();
    }
}
