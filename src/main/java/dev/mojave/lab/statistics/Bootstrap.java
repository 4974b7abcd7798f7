package dev.mojave.lab.statistics;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * The percentile bootstrap over seeds (Efron 1979): the distribution of a statistic over samples of the seeds, drawn with replacement. With
 * up to five seeds all samples are enumerated, so the result does not depend on random numbers; with more, 10,000 are drawn with a fixed
 * generator.
 *
 * <p>With few seeds the interval is too narrow: with three there are only ten different samples, and a 95% interval covers the true value
 * in about three cases out of four (simulated in {@code TurningTest}).
 */
public final class Bootstrap {
    private static final int ENUMERATED = 5;
    private static final int DRAWS = 10_000;

    private final double[] sorted;

    private Bootstrap(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Computes a statistic on every sample.
     *
     * @param seeds the values to draw from, at least one
     * @param statistic the statistic; infinite values sort beyond all others
     */
    public static <T> Bootstrap over(List<T> seeds, ToDoubleFunction<List<T>> statistic) {
        Check.that(!seeds.isEmpty(), "a bootstrap needs at least one seed");
        int n = seeds.size();
        int samples = n <= ENUMERATED ? (int) Math.pow(n, n) : DRAWS;
        double[] values = new double[samples];
        Random random = new Random(n);
        for (int i = 0; i < samples; i++) {
            List<T> sample = new ArrayList<>(n);
            int rest = i;
            for (int j = 0; j < n; j++) {
                sample.add(seeds.get(n <= ENUMERATED ? rest % n : random.nextInt(n)));
                rest /= n;
            }
            values[i] = statistic.applyAsDouble(sample);
        }
        Arrays.sort(values);
        return new Bootstrap(values);
    }

    /** Returns the percentile interval, its ends rounded outwards to values of the statistic. */
    public Statistics.Interval interval(double level) {
        Check.that(0 < level && level < 1, "level (%s) must lie between 0 and 1", level);
        double tail = (1 - level) / 2 * (sorted.length - 1);
        return new Statistics.Interval(
                sorted[(int) Math.floor(tail)], sorted[sorted.length - 1 - (int) Math.floor(tail)]);
    }
}
