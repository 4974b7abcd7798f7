package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.Summary;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeadlineTest {
    private static final double UNIGRAM = 3.0;
    private static final List<ArmResult> ARMS =
            List.of(arm("moe", null, 1.60), arm("dense-active", "active", 1.63), arm("dense-total", "total", 1.58));

    @Test
    void theMixtureWins() {
        assertThat(headline(comparison("dense-active", 0.0541, 0.0308, 0.0774)))
                .isEqualTo(
                        "The mixture beats the dense model of equal active size by 0.054 nats per token (95% CI 0.031 to 0.077,"
                                + " 4 seeds).");
    }

    @Test
    void theDenseModelWinsInTheSameWords() {
        assertThat(headline(comparison("dense-active", -0.0541, -0.0774, -0.0308)))
                .isEqualTo(
                        "The dense model of equal active size beats the mixture by 0.054 nats per token (95% CI 0.031 to 0.077,"
                                + " 4 seeds).");
    }

    @Test
    void noSignificantDifferenceComesWithTheMinimumDetectableOne() {
        assertThat(headline(comparison("dense-active", 0.002, -0.0102, 0.0142)))
                .isEqualTo(
                        "No significant difference between the mixture and the dense model of equal active size: 0.002 nats per token"
                                + " (95% CI -0.010 to 0.014, 4 seeds); minimum detectable difference 0.018.");
    }

    @Test
    void oneSeedCannotTell() {
        assertThat(headline(comparison("dense-active", 0.027, null, null)))
                .isEqualTo(
                        "One seed cannot separate the mixture from the dense model of equal active size, whose loss is 0.027 nats per"
                                + " token higher.");
        assertThat(headline(comparison("dense-active", -0.027, null, null))).endsWith("0.027 nats per token lower.");
    }

    /** The comparison in the headline is fixed before any result is known, so that it cannot be the one that looks best. */
    @Test
    void ofThreeArmsTheFirstComparisonOfTheRecipeLeads() {
        Comparison active = comparison("dense-active", 0.002, -0.0102, 0.0142);
        Comparison total = comparison("dense-total", 0.0541, 0.0308, 0.0774);
        assertThat(headline(active, total)).isEqualTo(headline(active)).startsWith("No significant difference");
        assertThat(headline(total, active))
                .isEqualTo(
                        "The mixture beats the dense model of equal total size by 0.054 nats per token (95% CI 0.031 to 0.077,"
                                + " 4 seeds).");
    }

    @Test
    void amongSeveralMixturesEachGoesByItsName() {
        List<ArmResult> arms = List.of(arm("moe", null, 1.60), arm("moe-8", null, 1.63));
        assertThat(Headline.of(arms, List.of(comparison("moe-8", -0.03, -0.04, -0.02)), UNIGRAM))
                .isEqualTo("Arm 'moe-8' beats arm 'moe' by 0.030 nats per token (95% CI 0.020 to 0.040, 4 seeds).");
    }

    @Test
    void modelsThatHaveNotLearnedAreNoVerdict() {
        List<ArmResult> arms = List.of(arm("moe", null, 2.3), arm("dense", "flops", 2.2));
        Comparison won = comparison("dense", 0.02, 0.01, 0.03);
        assertThat(Headline.of(arms, List.of(won), UNIGRAM))
                .isEqualTo("Too little training for a verdict: 1 of 2 arms ended above 75% of the unigram entropy.");
        assertThat(Headline.of(arms, List.of(won), 2))
                .isEqualTo("Too little training for a verdict: every arm ended above 75% of the unigram entropy.");
    }

    @Test
    void nothingToCompareIsNoVerdict() {
        assertThat(headline()).isEqualTo("No verdict: no seed finished in both the mixture and another arm.");
    }

    @Test
    void theIntervalDecidesHowManyFiguresAreShown() {
        assertThat(headline(comparison("dense-active", 0.000012, 0.0000031, 0.000021)))
                .contains("by 0.0000120 nats per token (95% CI 0.0000031 to 0.0000210, 4 seeds)");
        assertThat(headline(comparison("dense-active", -0.00004, -0.0119, 0.0118)))
                .contains(": 0.000 nats per token");
    }

    private static String headline(Comparison... comparisons) {
        return Headline.of(ARMS, List.of(comparisons), UNIGRAM);
    }

    private static Comparison comparison(String a, double difference, @Nullable Double low, @Nullable Double high) {
        boolean one = low == null;
        return new Comparison(
                a,
                "moe",
                "val_loss",
                difference,
                low,
                high,
                0.95,
                "paired t over seeds",
                one ? 1 : 4,
                one ? null : 0.018);
    }

    private static ArmResult arm(String name, @Nullable String by, double loss) {
        ArmResult.@Nullable Match match =
                by == null ? null : new ArmResult.Match(by, "moe", 100, 100, "intermediate_size", 10);
        Summary summary = new Summary(loss, 0.01, List.of(loss, loss, loss));
        return new ArmResult(name, name, 100, 100, 90, 90, match, 600, summary, summary, 1, 1, 1, 1, List.of());
    }
}
