package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurningPointTest {
    private static final Comparison COMPARISON =
            new Comparison("dense", "moe", "val_loss", 0, null, null, 0.95, "paired t over seeds", 3, null);

    /** A gap in hundredths at 100k, 200k, ... tokens, each with an interval of one hundredth to either side. */
    private static List<GapPoint> gap(double... hundredths) {
        List<GapPoint> points = new ArrayList<>();
        for (double value : hundredths) {
            double difference = value / 100;
            points.add(new GapPoint(
                    "dense", "moe", 100_000L * (points.size() + 1), difference, difference - 0.01, difference + 0.01));
        }
        return points;
    }

    private static String words(double... hundredths) {
        return TurningPoint.of(gap(hundredths), COMPARISON).orElseThrow().words();
    }

    @Test
    void theLeadChangesHandsWhereTheIntervalFirstLiesOnTheOtherSide() {
        assertThat(words(-3, -2, -0.5, 0.5, 2, 3)).isEqualTo("the lead passes from dense to moe at 500k tokens");
        assertThat(words(3, 2, -2)).isEqualTo("the lead passes from moe to dense at 300k tokens");
    }

    @Test
    void aGapThatCrossesZeroWithinItsIntervalHasNotTurned() {
        assertThat(words(-0.5, 0.5, 0.9)).isEqualTo("no evaluation shows either arm ahead");
        assertThat(words(-0.5, 0.5, 2)).isEqualTo("moe is ahead from 300k tokens on, and dense is never ahead");
        assertThat(words(-2, -2)).isEqualTo("dense is ahead from 100k tokens on, and moe is never ahead");
    }

    @Test
    void aLeadThatIsLostAgainIsSaidToBe() {
        assertThat(words(2, 0.5))
                .isEqualTo(
                        "moe is ahead from 100k tokens on, and dense is never ahead; the last evaluation no longer shows this lead");
        assertThat(words(-2, 2, 0))
                .isEqualTo(
                        "the lead passes from dense to moe at 200k tokens; the last evaluation no longer shows this lead");
    }

    @Test
    void ofSeveralTurnsTheLastCounts() {
        assertThat(words(-2, 2, -2))
                .isEqualTo("the lead passes from moe to dense at 300k tokens, the last of 2 changes of lead");
    }

    @Test
    void pointsAreReadInTheOrderOfTraining() {
        List<GapPoint> turned = gap(-2, 2).reversed();
        assertThat(TurningPoint.of(turned, COMPARISON).orElseThrow().words())
                .isEqualTo("the lead passes from dense to moe at 200k tokens");
    }

    @Test
    void oneSeedHasNoIntervalAndOtherPairsDoNotCount() {
        List<GapPoint> one = List.of(new GapPoint("dense", "moe", 100, 0.5, null, null));
        assertThat(TurningPoint.of(one, COMPARISON).orElseThrow().words())
                .isEqualTo("no turning point can be shown, because one seed gives no interval");
        assertThat(TurningPoint.of(List.of(new GapPoint("wide", "moe", 100, 0.5, 0.4, 0.6)), COMPARISON))
                .isEmpty();
    }
}
