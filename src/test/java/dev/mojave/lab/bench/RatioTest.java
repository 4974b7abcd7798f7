package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatioTest {
    private static List<Double> oneTo(int n) {
        List<Double> values = new ArrayList<>(
                IntStream.rangeClosed(1, n).mapToObj(i -> (double) i).toList());
        Collections.shuffle(values, new Random(n));
        return values;
    }

    /** Ranks from published tables of the sign test's 95% interval of the median. */
    @Test
    void theIntervalIsThatOfTheTables() {
        assertThat(Ratio.of(oneTo(6))).isEqualTo(new Ratio(3.5, 1, 6, 6));
        assertThat(Ratio.of(oneTo(10))).isEqualTo(new Ratio(5.5, 2, 9, 10));
        assertThat(Ratio.of(oneTo(20))).isEqualTo(new Ratio(10.5, 6, 15, 20));
        assertThat(Ratio.of(oneTo(25))).isEqualTo(new Ratio(13, 8, 18, 25));
    }

    @Test
    void fewPairsGiveTheirWholeRange() {
        assertThat(Ratio.of(oneTo(1))).isEqualTo(new Ratio(1, 1, 1, 1));
        assertThat(Ratio.of(oneTo(5))).isEqualTo(new Ratio(3, 1, 5, 5));
        assertThatThrownBy(() -> Ratio.of(List.of())).hasMessageContaining("no pairs");
    }

    @Test
    void itCoversTheMedianAsOftenAsItSays() {
        Random random = new Random(1);
        int covered = 0;
        int trials = 2000;
        for (int trial = 0; trial < trials; trial++) {
            List<Double> skewed = DoubleStream.generate(() -> Math.exp(random.nextGaussian()))
                    .limit(20)
                    .boxed()
                    .toList();
            Ratio ratio = Ratio.of(skewed);
            covered += ratio.low() <= 1 && 1 <= ratio.high() ? 1 : 0;
        }
        // Ranks 6 and 15 of 20 have a coverage of 95.86%.
        assertThat(covered / (double) trials).isBetween(0.945, 0.975);
    }
}
