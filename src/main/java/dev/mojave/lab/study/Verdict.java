package dev.mojave.lab.study;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A study's verdict: one clause per comparison, derived from the intervals alone. {@link Headline} is the short form.
 *
 * <p>The rule is the same for every arm. If the interval of the difference lies on one side of zero, there is a winner; if it
 * contains zero, there is no significant difference, and the verdict gives the smallest detectable one; one seed allows no
 * conclusion. If the interval of the gap's change over the second half of training excludes zero, the gap was still changing, and
 * a longer run may differ. No threshold was chosen after looking at results.
 */
final class Verdict {
    /** A model whose loss ends above this share of the unigram entropy has learned too little to be compared. */
    static final double LEARNED = 0.75;

    private Verdict() {}

    /**
     * One comparison with the trend of its gap.
     *
     * @param comparison a dense (or other) arm {@code a} against the mixture {@code b}
     * @param trend how the gap changed in the second half of training
     */
    record Compared(Comparison comparison, Trend trend) {}

    /**
     * Returns the sentence.
     *
     * @param arms those with at least one finished trial, in the order of the recipe
     * @param compared every other arm against the mixture, in the order of the recipe
     * @param unigramEntropy nats per token
     */
    static String sentence(List<ArmResult> arms, List<Compared> compared, double unigramEntropy) {
        if (compared.isEmpty()) {
            return "No verdict: no seed finished in both the mixture and another arm.";
        }
        List<String> clauses = new ArrayList<>();
        String mixture = mixture(compared, arms);
        for (Compared one : compared) {
            clauses.add(clause(one, mixture, name(one.comparison().a(), arms)));
        }
        if (compared.stream().anyMatch(one -> moving(one.trend()))) {
            clauses.add("a longer run may differ");
        }
        List<String> undertrained = undertrained(arms, unigramEntropy);
        if (!undertrained.isEmpty()) {
            clauses.add(String.format(
                    Locale.ROOT,
                    "but %s ended above %.0f%% of the unigram entropy, so this run is too short for conclusions about trained"
                            + " models",
                    String.join(" and ", undertrained),
                    100 * LEARNED));
        }
        String text = String.join("; ", clauses);
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    /** Returns the names of the arms whose mean loss is above {@link #LEARNED} of the unigram entropy. */
    static List<String> undertrained(List<ArmResult> arms, double unigramEntropy) {
        return arms.stream()
                .filter(arm -> undertrained(arm, unigramEntropy))
                .map(arm -> "arm '" + arm.name() + "'")
                .toList();
    }

    /** Returns whether an arm's mean loss is above {@link #LEARNED} of the unigram entropy. */
    static boolean undertrained(ArmResult arm, double unigramEntropy) {
        return arm.valLoss().mean() > LEARNED * unigramEntropy;
    }

    /** Returns the description of an arm: its matched budget, followed by its name if two arms share that description. */
    static String name(String arm, List<ArmResult> arms) {
        String description = description(arm, arms);
        long alike = arms.stream()
                .filter(other -> description(other.name(), arms).equals(description))
                .count();
        return alike > 1 ? description + " (arm '" + arm + "')" : description;
    }

    private static String mixture(List<Compared> compared, List<ArmResult> arms) {
        List<Comparison> comparisons =
                compared.stream().map(Compared::comparison).toList();
        return alone(comparisons, arms)
                ? "MoE"
                : "arm '" + comparisons.getFirst().b() + "'";
    }

    /**
     * Returns whether all other arms are matched dense models, so that "the mixture" is unambiguous; otherwise it is called by
     * its name.
     */
    static boolean alone(List<Comparison> comparisons, List<ArmResult> arms) {
        return comparisons.stream()
                .noneMatch(comparison -> description(comparison.a(), arms).startsWith("arm "));
    }

    private static String description(String arm, List<ArmResult> arms) {
        String by = arms.stream()
                .filter(result -> result.name().equals(arm) && result.match() != null)
                .map(result -> Objects.requireNonNull(result.match()).by())
                .findFirst()
                .orElse("");
        return switch (by) {
            case "active" -> "the dense model of equal active size";
            case "total" -> "the dense model of equal total size";
            case "flops" -> "the dense model of equal FLOPs per token";
            default -> "arm '" + arm + "'";
        };
    }

    private static String clause(Compared one, String mixture, String other) {
        Comparison comparison = one.comparison();
        double difference = comparison.difference();
        Double low = comparison.ciLow();
        Double high = comparison.ciHigh();
        if (low == null || high == null) {
            return String.format(
                    Locale.ROOT,
                    "one seed cannot separate %s from %s: %s loss is %s nats per token %s, without an interval",
                    mixture,
                    other,
                    its(mixture),
                    nats(Math.abs(difference)),
                    difference >= 0 ? "lower" : "higher");
        }
        if (low > 0) {
            return String.format(
                            Locale.ROOT,
                            "%s beats %s by %s",
                            mixture,
                            other,
                            measured(comparison, difference, low, high))
                    + moving(one.trend(), Trend.TOWARDS_B, "a gap that was still growing", "a gap that was narrowing");
        }
        if (high < 0) {
            return String.format(
                            Locale.ROOT, "%s wins here, by %s", other, measured(comparison, -difference, -high, -low))
                    + moving(one.trend(), Trend.TOWARDS_A, "a gap that was still growing", "a gap that was narrowing");
        }
        return undecided(one, mixture, other, low, high);
    }

    private static String its(String mixture) {
        return mixture.equals("MoE") ? "MoE's" : "the former's";
    }

    private static String undecided(Compared one, String mixture, String other, double low, double high) {
        Comparison comparison = one.comparison();
        boolean lower = comparison.difference() >= 0;
        Double detectable = comparison.detectableDifference();
        return String.format(
                        Locale.ROOT,
                        "no significant difference between %s and %s: %s loss is %s by %s%s",
                        mixture,
                        other,
                        its(mixture),
                        lower ? "lower" : "higher",
                        lower
                                ? measured(comparison, comparison.difference(), low, high)
                                : measured(comparison, -comparison.difference(), -high, -low),
                        detectable == null
                                ? ""
                                : ", and a difference below " + nats(detectable) + " could have gone undetected")
                + moving(
                        one.trend(),
                        Trend.TOWARDS_B,
                        "with " + mixture + " still gaining",
                        "with " + other + " still gaining");
    }

    /** {@code 0.0213 nats per token (95% CI [0.0120, 0.0306], n=3)}. */
    private static String measured(Comparison comparison, double difference, double low, double high) {
        return String.format(
                Locale.ROOT,
                "%s nats per token (%.0f%% CI [%s, %s], n=%d)",
                nats(difference),
                100 * comparison.level(),
                nats(low),
                nats(high),
                comparison.n());
    }

    private static String moving(Trend trend, Trend up, String whenUp, String whenDown) {
        return moving(trend) ? ", " + (trend == up ? whenUp : whenDown) + " when training ended" : "";
    }

    /** Returns whether the gap changed significantly in the second half of training. */
    static boolean moving(Trend trend) {
        return switch (trend) {
            case TOWARDS_A, TOWARDS_B -> true;
            case NOT_SHOWN, UNKNOWN -> false;
        };
    }

    /** Formats with four decimals, or more if that would leave fewer than two significant digits. */
    private static String nats(double value) {
        double magnitude = Math.abs(value);
        int decimals = magnitude == 0 ? 4 : Math.clamp((int) Math.ceil(-Math.log10(magnitude)) + 1, 4, 9);
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0\\.0+") ? text.substring(1) : text;
    }
}
