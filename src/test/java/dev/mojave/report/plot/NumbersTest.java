package dev.mojave.report.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.study.Summary;
import java.util.List;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void meanAndDeviationShowTwoDigitsOfTheDeviation() {
        assertThat(Numbers.summary(new Summary(1.65449, 0.00123, List.of(1.0, 2.0))))
                .isEqualTo("1.6545 ± 0.0012");
        assertThat(Numbers.summary(new Summary(1.65449, 0.0523, List.of(1.0, 2.0))))
                .isEqualTo("1.654 ± 0.052");
        assertThat(Numbers.summary(new Summary(1.65449, 3.2, List.of(1.0, 2.0))))
                .isEqualTo("1.65 ± 3.20");
    }

    @Test
    void oneSeedHasNoDeviation() {
        assertThat(Numbers.summary(new Summary(1.65449, 0, List.of(1.65449)))).isEqualTo("1.6545");
    }

    @Test
    void intervalsCarrySignsAndTheDigitsOfTheirWidth() {
        assertThat(Numbers.interval(0.07581, 0.07371, 0.07791)).isEqualTo("+0.0758 [+0.0737, +0.0779]");
        assertThat(Numbers.interval(-0.018, -0.118, 0.082)).isEqualTo("−0.02 [−0.12, +0.08]");
        assertThat(Numbers.interval(-0.018, Double.NaN, Double.NaN)).isEqualTo("−0.0180");
    }

    @Test
    void zeroHasNoSign() {
        assertThat(Numbers.signed(-0.00001, 4)).isEqualTo("0.0000");
        assertThat(Numbers.signed(0.00001, 4)).isEqualTo("0.0000");
        assertThat(Numbers.fixed(-0.00001, 2)).isEqualTo("0.00");
    }

    @Test
    void whatIsNotKnownIsADash() {
        assertThat(Numbers.loss(Double.NaN)).isEqualTo("–");
        assertThat(Numbers.count(0)).isEqualTo("–");
        assertThat(Numbers.percent(Double.POSITIVE_INFINITY)).isEqualTo("–");
        assertThat(Numbers.seconds(Double.NaN)).isEqualTo("–");
    }

    @Test
    void ticksAreShort() {
        assertThat(Numbers.tick(2_500_000, Plot.Format.COUNT)).isEqualTo("2.5M");
        assertThat(Numbers.tick(0.30000000000000004, Plot.Format.PLAIN)).isEqualTo("0.3");
        assertThat(Numbers.tick(-0.05, Plot.Format.PLAIN)).isEqualTo("−0.05");
        assertThat(Numbers.tick(0.0006, Plot.Format.SCIENTIFIC)).isEqualTo("6e-4");
        assertThat(Numbers.tick(90, Plot.Format.SECONDS)).isEqualTo("1m 30s");
    }
}
