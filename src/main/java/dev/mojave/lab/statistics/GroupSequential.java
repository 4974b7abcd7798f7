package dev.mojave.lab.statistics;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A group-sequential design: paired differences are looked at several times while seeds are added, and the probability that any of the
 * intervals seen on the way misses the true difference is at most {@code 1 - level}.
 *
 * <p>Every look uses the same nominal level (Pocock, Group sequential methods in the design and analysis of clinical trials, Biometrika 64,
 * 1977) for an ordinary t interval, so these are repeated confidence intervals (Jennison and Turnbull, Journal of the Royal Statistical Society B
 * 51, 1989): stopping at any look, for any reason, keeps their joint coverage. Published tables of the nominal level assume a known variance
 * and are too generous for a handful of seeds. Here it is the {@code 1 - level} quantile of the smallest p-value over all looks, in
 * {@value #STUDIES} simulated studies of independent, normally distributed differences without an effect; the t statistics depend on neither
 * mean nor variance, so nothing else has to be assumed.
 */
public final class GroupSequential {
    private static final int STUDIES = 50_000;
    private static final long SEED = 1977;

    private final List<Integer> looks;
    private final double nominalLevel;

    /**
     * Designs a study; takes about a second.
     *
     * @param looks numbers of pairs at which the differences are looked at, increasing, at least 2
     * @param level joint confidence level of all looks, for example 0.95
     */
    public GroupSequential(List<Integer> looks, double level) {
        Check.that(!looks.isEmpty() && looks.getFirst() >= 2, "looks (%s) start at two pairs or more", looks);
        for (int i = 1; i < looks.size(); i++) {
            Check.that(looks.get(i) > looks.get(i - 1), "looks (%s) must increase", looks);
        }
        Check.that(0 < level && level < 1, "level (%s) must lie between 0 and 1", level);
        this.looks = List.copyOf(looks);
        this.nominalLevel = looks.size() == 1 ? level : 1 - nominalP(looks, 1 - level);
    }

    /** What a look decides about a difference. */
    public enum Decision {
        /** The interval excludes zero. */
        DIFFERENT,
        /** The interval lies within plus and minus the size that matters. */
        EQUIVALENT,
        /** Neither: more seeds are needed. */
        OPEN
    }

    /** Returns the numbers of pairs at which the differences are looked at. */
    public List<Integer> looks() {
        return looks;
    }

    /** Returns the confidence level of the interval at each single look, above the joint level. */
    public double nominalLevel() {
        return nominalLevel;
    }

    /**
     * Returns what is decided by the differences so far.
     *
     * @param a values of one arm, by seed
     * @param b values of the other arm, by the same seeds
     * @param size the smallest difference that matters, positive
     */
    public Decision decide(List<Double> a, List<Double> b, double size) {
        Check.that(size > 0, "the smallest difference that matters (%s) must be positive", size);
        Statistics.Interval interval =
                Statistics.paired(a, b, nominalLevel).interval().orElseThrow();
        if (interval.excludesZero()) {
            return Decision.DIFFERENT;
        }
        return interval.low() > -size && interval.high() < size ? Decision.EQUIVALENT : Decision.OPEN;
    }

    private static double nominalP(List<Integer> looks, double alpha) {
        List<TDistribution> distributions = new ArrayList<>();
        looks.forEach(n -> distributions.add(TDistribution.of(n - 1)));
        SplittableRandom random = new SplittableRandom(SEED);
        double[] smallest = new double[STUDIES];
        for (int study = 0; study < STUDIES; study++) {
            smallest[study] = smallestP(looks, distributions, random);
        }
        Arrays.sort(smallest);
        return smallest[(int) (alpha * STUDIES)];
    }

    private static double smallestP(List<Integer> looks, List<TDistribution> distributions, SplittableRandom random) {
        double smallest = 1;
        double sum = 0;
        double squares = 0;
        int n = 0;
        for (int look = 0; look < looks.size(); look++) {
            for (; n < looks.get(look); n++) {
                double difference = random.nextGaussian();
                sum += difference;
                squares += difference * difference;
            }
            double mean = sum / n;
            double variance = (squares - n * mean * mean) / (n - 1);
            double t = Math.abs(mean) / Math.sqrt(variance / n);
            smallest = Math.min(smallest, 2 * distributions.get(look).survivalProbability(t));
        }
        return smallest;
    }
}
