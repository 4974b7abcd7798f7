package dev.mojave.lab.statistics;

import dev.mojave.base.Check;
import dev.mojave.result.study.Summary;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The statistics of studies and sweeps: paired comparisons over few seeds.
 *
 * <p>Two arms share their seeds (same data split, same order of batches), so comparisons use the difference within each seed, and
 * Student's t over these differences gives the interval. The differences are assumed to be roughly normal. Three seeds are too
 * few to check that, so reports show every seed's value next to the interval.
 */
public final class Statistics {
    /** The power for which {@link Paired#detectable()} is computed. */
    public static final double POWER = 0.8;

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    // Simpson's rule over the chi variable: even, and fine enough that the error stays below 1e-10 from n = 2 on.
    private static final int PANELS = 4000;

    private Statistics() {}

    /**
     * A closed interval.
     *
     * @param low lower end
     * @param high upper end
     */
    public record Interval(double low, double high) {
        /** Returns whether the interval excludes zero. */
        public boolean excludesZero() {
            return low > 0 || high < 0;
        }
    }

    /**
     * Differences of two arms over shared seeds.
     *
     * @param n number of pairs
     * @param mean mean difference
     * @param sd standard deviation of the differences (n - 1), 0 for one pair
     * @param level confidence level of the interval
     * @param interval {@code mean +- t(n-1) sd / sqrt(n)}; empty for one pair, which has no spread
     */
    public record Paired(int n, double mean, double sd, double level, Optional<Interval> interval) {
        /**
         * Returns the smallest true difference that this many pairs with this spread detect at this level with a power of {@link
         * #POWER}; empty for one pair. Takes about ten milliseconds.
         */
        public Optional<Double> detectable() {
            return n == 1 ? Optional.empty() : Optional.of(sd * detectableEffect(n, level, POWER));
        }

        /**
         * Returns the two-sided p-value of the hypothesis of no difference, from Student's t with n - 1 degrees of freedom; empty
         * for one pair.
         */
        public Optional<Double> pValue() {
            if (n == 1) {
                return Optional.empty();
            }
            if (sd == 0) {
                return Optional.of(mean == 0 ? 1.0 : 0.0);
            }
            double t = Math.abs(mean) / (sd / Math.sqrt(n));
            return Optional.of(2 * TDistribution.of(n - 1).survivalProbability(t));
        }
    }

    /** Returns mean, sample standard deviation (n - 1; 0 for a single value) and the values. */
    public static Summary summary(List<Double> values) {
        Check.that(!values.isEmpty(), "a summary needs at least one value");
        double mean = mean(values);
        return new Summary(mean, deviation(values, mean), List.copyOf(values));
    }

    /**
     * Corrects p-values for multiple comparisons (Holm, A simple sequentially rejective multiple test procedure, Scandinavian
     * Journal of Statistics 6, 1979): the smallest of m is multiplied by m, the next by m - 1 and so on, none below its
     * predecessor and none above 1. Rejecting every hypothesis whose corrected p-value is at most alpha keeps the family-wise
     * error rate at or below alpha, whatever the dependence between the tests.
     *
     * @return the corrected p-values, in the order of the argument
     */
    public static List<Double> holm(List<Double> pValues) {
        return holm(pValues, pValues.size());
    }

    /**
     * Corrects some of a family of m p-values, for example those that involve a result selected after looking at the data. The
     * i-th smallest of these is at best the i-th smallest of the family, so multiplying by m, m - 1 and so on is conservative.
     *
     * @param family m, at least the number of p-values
     */
    public static List<Double> holm(List<Double> pValues, long family) {
        pValues.forEach(p -> Check.that(p >= 0 && p <= 1, "a p-value (%s) lies between 0 and 1", p));
        Check.that(family >= pValues.size(), "%d p-values are more than the family of %d", pValues.size(), family);
        List<Integer> order = IntStream.range(0, pValues.size())
                .boxed()
                .sorted(Comparator.comparing(pValues::get))
                .toList();
        Double[] corrected = new Double[pValues.size()];
        double before = 0;
        for (int i = 0; i < order.size(); i++) {
            before = Math.max(before, Math.min(1, (double) (family - i) * pValues.get(order.get(i))));
            corrected[order.get(i)] = before;
        }
        return List.of(corrected);
    }

    /**
     * Returns the paired t statistics of {@code a_i - b_i}.
     *
     * @param level confidence level, for example 0.95
     */
    public static Paired paired(List<Double> a, List<Double> b, double level) {
        Check.that(
                a.size() == b.size() && !a.isEmpty(),
                "pairs need equal, non-zero counts; got %d and %d",
                a.size(),
                b.size());
        Check.that(0 < level && level < 1, "level (%s) must lie between 0 and 1", level);
        int n = a.size();
        List<Double> differences =
                IntStream.range(0, n).mapToObj(i -> a.get(i) - b.get(i)).toList();
        double mean = mean(differences);
        double sd = deviation(differences, mean);
        if (n == 1) {
            return new Paired(n, mean, sd, level, Optional.empty());
        }
        double half = criticalT(n, level) * sd / Math.sqrt(n);
        return new Paired(n, mean, sd, level, Optional.of(new Interval(mean - half, mean + half)));
    }

    /**
     * Returns the true difference, in standard deviations of the differences, that {@code n} pairs detect with the given power in
     * a two-sided test of size {@code 1 - level}: the effect at which {@link #power}, computed from the exact noncentral t, has
     * this value.
     */
    public static double detectableEffect(int n, double level, double power) {
        Check.that(0 < power && power < 1, "power (%s) must lie between 0 and 1", power);
        Check.that(power > 1 - level, "power (%s) must exceed the test's size (%s)", power, 1 - level);
        double low = 0;
        double high = 1;
        while (power(high, n, level) < power) {
            low = high;
            high *= 2;
        }
        // Power grows with the effect; 45 halvings leave a relative error below 1e-13.
        for (int i = 0; i < 45; i++) {
            double middle = (low + high) / 2;
            if (power(middle, n, level) < power) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * Returns the power of the two-sided paired t test: {@code P(|T| > t)} for T noncentral t with n - 1 degrees of freedom and
     * noncentrality {@code effect * sqrt(n)}.
     *
     * <p>{@code T = (Z + shift) / U} with Z normal and U = sqrt(chi^2 / df), so {@code P(T > t)} is the mean over U of {@code
     * Phi(shift - t U)}: a smooth integral in one dimension.
     *
     * @param effect true mean difference over the standard deviation of the differences
     */
    public static double power(double effect, int n, double level) {
        Check.that(n >= 2, "power needs at least two pairs, got %d", n);
        double t = criticalT(n, level);
        double shift = effect * Math.sqrt(n);
        return overChi(
                n - 1, u -> NORMAL.cumulativeProbability(shift - t * u) + NORMAL.cumulativeProbability(-shift - t * u));
    }

    private static double criticalT(int n, double level) {
        return TDistribution.of(n - 1).inverseSurvivalProbability((1 - level) / 2);
    }

    /** Returns the mean of f over U = sqrt(chi^2_df / df), whose density is proportional to {@code u^(df-1) exp(-df u^2 / 2)}. */
    private static double overChi(int df, DoubleUnaryOperator f) {
        double spread = 1 / Math.sqrt(2.0 * df);
        double low = Math.max(0, 1 - 9 * spread);
        double high = 1 + 9 * spread;
        double step = (high - low) / PANELS;
        double sum = 0;
        double mass = 0;
        for (int i = 0; i <= PANELS; i++) {
            double u = low + i * step;
            // Scaled to 1 at u = 1, so that large df neither overflow nor underflow; the mass divides the scale out.
            double density =
                    u == 0 ? (df == 1 ? Math.exp(0.5) : 0) : Math.exp((df - 1) * Math.log(u) - df * (u * u - 1) / 2);
            double weight = density * (i == 0 || i == PANELS ? 1 : i % 2 == 1 ? 4 : 2);
            mass += weight;
            sum += weight * f.applyAsDouble(u);
        }
        return sum / mass;
    }

    /** Returns the arithmetic mean. */
    public static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    }

    private static double deviation(List<Double> values, double mean) {
        if (values.size() < 2) {
            return 0;
        }
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (values.size() - 1));
    }
}
