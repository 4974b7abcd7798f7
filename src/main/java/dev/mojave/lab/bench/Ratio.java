package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The median of paired ratios, with a distribution-free confidence interval.
 *
 * @param median the median
 * @param low lower end of the 95% interval
 * @param high upper end of the 95% interval
 * @param pairs number of pairs
 */
record Ratio(double median, double low, double high, int pairs) {
    /** The fewest pairs whose range covers the median with a probability of 95%. */
    static final int FEWEST_PAIRS = 6;

    private static final double TAIL = 0.025;

    /**
     * Returns the median with its sign-test interval: the order statistics r and n + 1 - r with the largest r for which
     * P(Binomial(n, 1/2) &lt; r) is at most 2.5%. Its coverage of the true median is at least 95% from {@value #FEWEST_PAIRS}
     * pairs on; with fewer pairs it is the whole range, whose coverage is lower.
     */
    static Ratio of(List<Double> ratios) {
        Check.that(!ratios.isEmpty(), "no pairs were measured");
        double[] sorted =
                ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        BinomialDistribution signs = BinomialDistribution.of(n, 0.5);
        int rank = 1;
        while (signs.cumulativeProbability(rank) <= TAIL) {
            rank++;
        }
        return new Ratio(median(sorted), sorted[rank - 1], sorted[n - rank], n);
    }

    /** Returns the median of values in any order. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return median(sorted);
    }

    private static double median(double... sorted) {
        Check.that(sorted.length > 0, "no values: %s", Arrays.toString(sorted));
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
