package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The median of ratios that were measured in pairs, with an interval that assumes nothing of their distribution.
 *
 * @param median the median
 * @param low lower end of the interval
 * @param high upper end
 * @param pairs how many
 */
record Ratio(double median, double low, double high, int pairs) {
    /** With fewer, no interval covers the median with 95%. */
    static final int FEWEST_PAIRS = 6;

    private static final double TAIL = 0.025;

    /**
     * Returns the median with its sign-test interval: the order statistics r and n + 1 - r with the largest r for which
     * P(Binomial(n, 1/2) &lt; r) is at most 2.5%. It covers the true median with at least 95% from {@value #FEWEST_PAIRS} pairs on; with fewer it is the
     * whole range, which covers less.
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
