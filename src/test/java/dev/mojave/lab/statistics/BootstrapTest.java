package dev.mojave.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    @Test
    void fewSeedsAreEnumerated() {
        // Two seeds: means 0, 1/2, 1/2, 1.
        Bootstrap two = Bootstrap.over(List.of(0.0, 1.0), Statistics::mean);
        assertThat(two.interval(0.95)).isEqualTo(new Statistics.Interval(0, 1));
        assertThat(two.interval(0.2)).isEqualTo(new Statistics.Interval(0.5, 0.5));
        Bootstrap one = Bootstrap.over(List.of(3.0), Statistics::mean);
        assertThat(one.interval(0.95)).isEqualTo(new Statistics.Interval(3, 3));
    }

    /** Of many seeds, the interval of a mean is that of the normal distribution. */
    @Test
    void manySeedsAreDrawn() {
        Random random = new Random(1);
        List<Double> values =
                IntStream.range(0, 100).mapToObj(i -> random.nextGaussian()).toList();
        double half = 1.96 * Statistics.summary(values).sd() / 10;
        Statistics.Interval interval = Bootstrap.over(values, Statistics::mean).interval(0.95);
        assertThat(interval.low()).isCloseTo(Statistics.mean(values) - half, within(0.02));
        assertThat(interval.high()).isCloseTo(Statistics.mean(values) + half, within(0.02));
        assertThat(Bootstrap.over(values, Statistics::mean).interval(0.95)).isEqualTo(interval);
    }
}
