package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.Finding;
import dev.mojave.result.study.Summary;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final double UNIGRAM = 3.0;
    private static final List<ArmResult> ARMS =
            List.of(arm("moe", null, 1.60), arm("dense-active", "active", 1.63), arm("dense-total", "total", 1.58));

    @Test
    void winAgainstBoth() {
        assertThat(sentence(
                        finding("dense-active", 0.0758, 0.0707, 0.0809, Trend.NOT_SHOWN),
                        finding("dense-total", 0.02, 0.01, 0.03, Trend.NOT_SHOWN)))
                .isEqualTo(
                        "MoE beats the dense model of equal active size by 0.0758 nats per token (95% CI [0.0707, 0.0809], "
                                + "n=3); MoE beats the dense model of equal total size by 0.0200 nats per token (95% CI [0.0100, "
                                + "0.0300], n=3).");
    }

    @Test
    void amongSeveralMixturesEachGoesByItsName() {
        List<ArmResult> arms = List.of(arm("moe", null, 1.60), arm("moe-8", null, 1.63));
        assertThat(Verdict.sentence(arms, List.of(finding("moe-8", 0.03, 0.02, 0.04, Trend.NOT_SHOWN)), UNIGRAM))
                .startsWith("Arm 'moe' beats arm 'moe-8' by 0.0300 nats per token");
        assertThat(Verdict.sentence(arms, List.of(finding("moe-8", 0.002, -0.01, 0.014, Trend.NOT_SHOWN)), UNIGRAM))
                .startsWith(
                        "No significant difference between arm 'moe' and arm 'moe-8': the former's loss is lower by 0.0020");
    }

    @Test
    void theOrderOfThePaper() {
        assertThat(sentence(
                        finding("dense-active", 0.0758, 0.0707, 0.0809, Trend.TOWARDS_B),
                        finding("dense-total", -0.018, -0.023, -0.013, Trend.TOWARDS_B)))
                .isEqualTo(
                        "MoE beats the dense model of equal active size by 0.0758 nats per token (95% CI [0.0707, 0.0809], "
                                + "n=3), a gap that was still growing when training ended; the dense model of equal total size wins "
                                + "here, by 0.0180 nats per token (95% CI [0.0130, 0.0230], n=3), a gap that was narrowing when "
                                + "training ended; a longer run may differ.");
    }

    @Test
    void winAndNoDifference() {
        assertThat(sentence(
                        finding("dense-active", 0.02, 0.01, 0.03, Trend.TOWARDS_A),
                        finding("dense-total", -0.002, -0.014, 0.010, Trend.NOT_SHOWN)))
                .isEqualTo(
                        "MoE beats the dense model of equal active size by 0.0200 nats per token (95% CI [0.0100, 0.0300], "
                                + "n=3), a gap that was narrowing when training ended; no significant difference between MoE and the dense "
                                + "model of equal total size: MoE's loss is higher by 0.0020 nats per token (95% CI [-0.0100, "
                                + "0.0140], n=3), and a difference below 0.0180 could have gone undetected; a longer run may "
                                + "differ.");
    }

    @Test
    void noDifferenceFromEitherWithBothTrends() {
        assertThat(sentence(
                        finding("dense-active", 0.002, -0.01, 0.014, Trend.TOWARDS_B),
                        finding("dense-total", 0.002, -0.01, 0.014, Trend.TOWARDS_A)))
                .isEqualTo(
                        "No significant difference between MoE and the dense model of equal active size: MoE's loss is lower by "
                                + "0.0020 nats per token (95% CI [-0.0100, 0.0140], n=3), and a difference below 0.0180 could have "
                                + "gone undetected, with MoE still gaining when training ended; no significant difference between MoE and "
                                + "the dense model of equal total size: MoE's loss is lower by 0.0020 nats per token (95% CI "
                                + "[-0.0100, 0.0140], n=3), and a difference below 0.0180 could have gone undetected, with the dense "
                                + "model of equal total size still gaining when training ended; a longer run may differ.");
    }

    @Test
    void denseWinsBoth() {
        assertThat(sentence(
                        finding("dense-active", -0.02, -0.03, -0.01, Trend.TOWARDS_A),
                        finding("dense-total", -0.04, -0.05, -0.03, Trend.NOT_SHOWN)))
                .isEqualTo(
                        "The dense model of equal active size wins here, by 0.0200 nats per token (95% CI [0.0100, 0.0300], "
                                + "n=3), a gap that was still growing when training ended; the dense model of equal total size wins "
                                + "here, by 0.0400 nats per token (95% CI [0.0300, 0.0500], n=3); a longer run may differ.");
    }

    @Test
    void oneSeedCannotTell() {
        assertThat(sentence(
                        finding("dense-active", 0.027, null, null, Trend.UNKNOWN),
                        finding("dense-total", -0.035, null, null, Trend.UNKNOWN)))
                .isEqualTo(
                        "One seed cannot separate MoE from the dense model of equal active size: MoE's loss is 0.0270 nats per "
                                + "token lower, without an interval; one seed cannot separate MoE from the dense model of equal total "
                                + "size: MoE's loss is 0.0350 nats per token higher, without an interval.");
    }

    @Test
    void modelsThatHaveNotLearnedAreSaidToBe() {
        List<ArmResult> arms = List.of(arm("moe", null, 2.3), arm("dense", "flops", 2.2));
        assertThat(Verdict.sentence(arms, List.of(finding("dense", 0.02, 0.01, 0.03, Trend.NOT_SHOWN)), UNIGRAM))
                .isEqualTo(
                        "MoE beats the dense model of equal FLOPs per token by 0.0200 nats per token (95% CI [0.0100, "
                                + "0.0300], n=3); but arm 'moe' ended above 75% of the unigram entropy, so this run is too short "
                                + "for conclusions about trained models.");
    }

    @Test
    void armsThatShareABudgetKeepTheirNames() {
        List<ArmResult> arms =
                List.of(arm("moe", null, 1), arm("wide", "total", 1), arm("tall", "total", 1), arm("x", null, 1));
        assertThat(Verdict.name("wide", arms)).isEqualTo("the dense model of equal total size (arm 'wide')");
        assertThat(Verdict.name("x", arms)).isEqualTo("arm 'x'");
    }

    @Test
    void nothingToCompareIsNoVerdict() {
        assertThat(Verdict.sentence(ARMS, List.of(), UNIGRAM))
                .isEqualTo("No verdict: no seed finished in both the mixture and another arm.");
    }

    @Test
    void tinyDifferencesKeepTwoFigures() {
        assertThat(sentence(finding("dense-active", 0.000012, 0.0000031, 0.000021, Trend.NOT_SHOWN)))
                .contains("by 0.000012 nats per token (95% CI [0.0000031, 0.000021], n=3)");
    }

    /** The same intervals with the arms' roles swapped must name the other side, so that no wording favours an arm. */
    @Test
    void theRuleIsSymmetric() {
        String win = sentence(finding("dense-active", 0.02, 0.01, 0.03, Trend.TOWARDS_B));
        String loss = sentence(finding("dense-active", -0.02, -0.03, -0.01, Trend.TOWARDS_A));
        String evidence =
                "by 0.0200 nats per token (95% CI [0.0100, 0.0300], n=3), a gap that was still growing when training ended; "
                        + "a longer run may differ.";
        assertThat(win).isEqualTo("MoE beats the dense model of equal active size " + evidence);
        assertThat(loss).isEqualTo("The dense model of equal active size wins here, " + evidence);
    }

    @Test
    void findingsFollowTheSameRules() {
        Verdict.Compared moving = finding("dense-active", 0.02, 0.01, 0.03, Trend.TOWARDS_B);
        Verdict.Compared same = new Verdict.Compared(
                new Comparison("dense-total", "moe", "val_loss", 0.02, 0.02, 0.02, 0.95, "paired t over seeds", 3, 0.0),
                Trend.UNKNOWN);
        assertThat(StudyFindings.of(ARMS, List.of(moving, same), UNIGRAM, Map.of()))
                .extracting(Finding::finding, Finding::severity)
                .containsExactly(
                        tuple("gap_moving", Finding.Severity.INFO),
                        tuple("same_for_every_seed", Finding.Severity.WARNING));
        Verdict.Compared calm = finding("dense-active", 0.02, 0.01, 0.03, Trend.NOT_SHOWN);
        assertThat(StudyFindings.of(ARMS, List.of(calm), UNIGRAM, Map.of())).isEmpty();
    }

    private static String sentence(Verdict.Compared... findings) {
        return Verdict.sentence(ARMS, List.of(findings), UNIGRAM);
    }

    private static Verdict.Compared finding(
            String a, double difference, @Nullable Double low, @Nullable Double high, Trend trend) {
        return new Verdict.Compared(
                new Comparison(
                        a,
                        "moe",
                        "val_loss",
                        difference,
                        low,
                        high,
                        0.95,
                        "paired t over seeds",
                        low == null ? 1 : 3,
                        low == null ? null : 0.018),
                trend);
    }

    private static ArmResult arm(String name, @Nullable String by, double loss) {
        ArmResult.@Nullable Match match =
                by == null ? null : new ArmResult.Match(by, "moe", 100, 100, "intermediate_size", 10);
        Summary summary = new Summary(loss, 0.01, List.of(loss, loss, loss));
        return new ArmResult(name, name, 100, 100, 90, 90, match, 600, summary, summary, 1, 1, 1, 1, List.of());
    }
}
