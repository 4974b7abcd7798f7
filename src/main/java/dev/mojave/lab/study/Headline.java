package dev.mojave.lab.study;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import java.util.List;
import java.util.Locale;

/**
 * A study's answer in one short sentence: which arm won, by how much, and with what interval. It always reports the first
 * comparison of the recipe, so that the choice cannot depend on the results; {@link Verdict} reports the others and the trends.
 */
final class Headline {
    private static final int DECIMALS = 3;
    private static final int MOST_DECIMALS = 9;

    private final Comparison comparison;
    private final String mixture;
    private final String other;

    private Headline(Comparison comparison, String mixture, String other) {
        this.comparison = comparison;
        this.mixture = mixture;
        this.other = other;
    }

    /**
     * Returns the sentence.
     *
     * @param arms those with at least one finished trial, in the order of the recipe
     * @param comparisons every other arm against the mixture, in the order of the recipe
     * @param unigramEntropy nats per token
     */
    static String of(List<ArmResult> arms, List<Comparison> comparisons, double unigramEntropy) {
        if (comparisons.isEmpty()) {
            return "No verdict: no seed finished in both the mixture and another arm.";
        }
        int untrained = Verdict.undertrained(arms, unigramEntropy).size();
        if (untrained > 0) {
            return String.format(
                    Locale.ROOT,
                    "Too little training for a verdict: %s ended above %.0f%% of the unigram entropy.",
                    untrained == arms.size() ? "every arm" : untrained + " of " + arms.size() + " arms",
                    100 * Verdict.LEARNED);
        }
        Comparison first = comparisons.getFirst();
        String mixture = Verdict.alone(comparisons, arms) ? "the mixture" : "arm '" + first.b() + "'";
        String text = new Headline(first, mixture, Verdict.name(first.a(), arms)).text();
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private String text() {
        double difference = comparison.difference();
        Double low = comparison.ciLow();
        Double high = comparison.ciHigh();
        if (low == null || high == null) {
            return String.format(
                    Locale.ROOT,
                    "one seed cannot separate %s from %s, whose loss is %s nats per token %s",
                    mixture,
                    other,
                    fixed(Math.abs(difference), decimals(difference)),
                    difference >= 0 ? "higher" : "lower");
        }
        int decimals = decimals((high - low) / 2);
        if (low > 0) {
            return beats(mixture, other, difference, low, high, decimals);
        }
        return high < 0 ? beats(other, mixture, -difference, -high, -low, decimals) : undecided(low, high, decimals);
    }

    private String beats(String winner, String loser, double difference, double low, double high, int decimals) {
        return String.format(
                Locale.ROOT,
                "%s beats %s by %s nats per token (%s)",
                winner,
                loser,
                fixed(difference, decimals),
                interval(low, high, decimals));
    }

    private String undecided(double low, double high, int decimals) {
        Double detectable = comparison.detectableDifference();
        return String.format(
                Locale.ROOT,
                "no significant difference between %s and %s: %s nats per token (%s)%s",
                mixture,
                other,
                fixed(comparison.difference(), decimals),
                interval(low, high, decimals),
                detectable == null ? "" : "; minimum detectable difference " + fixed(detectable, decimals));
    }

    /** {@code 95% CI 0.031 to 0.077, 4 seeds}. */
    private String interval(double low, double high, int decimals) {
        return String.format(
                Locale.ROOT,
                "%.0f%% CI %s to %s, %d seeds",
                100 * comparison.level(),
                fixed(low, decimals),
                fixed(high, decimals),
                comparison.n());
    }

    /**
     * Returns the number of decimals that shows two significant digits of the value, at least three; for an interval, its
     * half-width sets the precision.
     */
    private static int decimals(double value) {
        double magnitude = Math.abs(value);
        return magnitude == 0
                ? DECIMALS
                : Math.clamp((int) Math.ceil(-Math.log10(magnitude)) + 1, DECIMALS, MOST_DECIMALS);
    }

    private static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0\\.0+") ? text.substring(1) : text;
    }
}
