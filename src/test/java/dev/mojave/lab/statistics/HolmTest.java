package dev.mojave.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares corrected p-values with Holm's procedure, executed step by step. */
class HolmTest {
    /**
     * Holm's procedure as published: from the smallest p on, reject while p is at most alpha / (m - i), and stop at the first
     * that is not.
     */
    private static List<Boolean> rejected(List<Double> pValues, double alpha) {
        int m = pValues.size();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < m; i++) {
            order.add(i);
        }
        order.sort((a, b) -> Double.compare(pValues.get(a), pValues.get(b)));
        List<Boolean> rejected = new ArrayList<>(Collections.nCopies(m, false));
        for (int i = 0; i < m && pValues.get(order.get(i)) <= alpha / (m - i); i++) {
            rejected.set(order.get(i), true);
        }
        return rejected;
    }

    @Test
    void knownValues() {
        // 0.01 * 4, 0.02 * 3, 0.03 * 2, and 0.04 * 1 raised to 0.06: the results of R's p.adjust.
        List<Double> corrected = Statistics.holm(List.of(0.04, 0.01, 0.03, 0.02));
        assertThat(corrected.get(0)).isCloseTo(0.06, within(1e-15));
        assertThat(corrected.get(1)).isCloseTo(0.04, within(1e-15));
        assertThat(corrected.get(2)).isCloseTo(0.06, within(1e-15));
        assertThat(corrected.get(3)).isCloseTo(0.06, within(1e-15));
        assertThat(Statistics.holm(List.of(0.03))).containsExactly(0.03);
        assertThat(Statistics.holm(List.of(0.6, 0.7))).containsExactly(1.0, 1.0);
        assertThat(Statistics.holm(List.of())).isEmpty();
    }

    @Test
    void aCorrectedValueOfAtMostAlphaIsWhatTheProcedureRejects() {
        Random random = new Random(7);
        int decisions = 0;
        for (int round = 0; round < 2000; round++) {
            List<Double> pValues = new ArrayList<>();
            int m = 1 + random.nextInt(12);
            for (int i = 0; i < m; i++) {
                pValues.add(Math.pow(random.nextDouble(), 4));
            }
            List<Double> corrected = Statistics.holm(pValues);
            List<Boolean> expected = rejected(pValues, 0.05);
            for (int i = 0; i < m; i++) {
                assertThat(corrected.get(i) <= 0.05).as("%s", pValues).isEqualTo(expected.get(i));
                decisions += expected.get(i) ? 1 : 0;
            }
        }
        assertThat(decisions).isGreaterThan(1000);
    }

    /** Part of a family: corrected values are never below those in the whole family, and equal for the smallest of all. */
    @Test
    void someOfAFamilyAreNeverCorrectedTooLittle() {
        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            List<Double> all = new ArrayList<>(random.doubles(10).boxed().toList());
            List<Double> corrected = Statistics.holm(all);
            List<Double> some = Statistics.holm(all.subList(0, 4), 10);
            for (int i = 0; i < 4; i++) {
                assertThat(some.get(i)).isGreaterThanOrEqualTo(corrected.get(i));
            }
        }
        assertThat(Statistics.holm(List.of(0.001, 0.02), 10)).containsExactly(0.01, 0.18);
        assertThatThrownBy(() -> Statistics.holm(List.of(0.1, 0.2), 1))
                .hasMessage("2 p-values are more than the family of 1");
    }

    /** Twenty true null hypotheses: without a correction, two of three experiments would find a significant difference. */
    @Test
    void theErrorRateOfTheWholeFamilyIsHeld() {
        Random random = new Random(3);
        int wrong = 0;
        int uncorrected = 0;
        int rounds = 1500;
        for (int round = 0; round < rounds; round++) {
            List<Double> best = sample(random);
            List<Double> pValues = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                pValues.add(
                        Statistics.paired(sample(random), best, 0.95).pValue().orElseThrow());
            }
            wrong += Statistics.holm(pValues).stream().anyMatch(p -> p <= 0.05) ? 1 : 0;
            uncorrected += pValues.stream().anyMatch(p -> p <= 0.05) ? 1 : 0;
        }
        // Within three standard errors of a share of 0.05.
        assertThat((double) wrong / rounds).isLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / rounds));
        assertThat((double) uncorrected / rounds).isGreaterThan(0.3);
    }

    private static List<Double> sample(Random random) {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            values.add(random.nextGaussian());
        }
        return values;
    }

    @Test
    void thePValueIsWhereTheIntervalTouchesZero() {
        List<Double> a = List.of(2.1, 2.3, 2.2, 2.6);
        List<Double> b = List.of(2.0, 2.1, 2.2, 2.3);
        double p = Statistics.paired(a, b, 0.95).pValue().orElseThrow();
        Statistics.Interval touching = Statistics.paired(a, b, 1 - p).interval().orElseThrow();
        assertThat(touching.low()).isCloseTo(0, within(1e-9));
        assertThat(Statistics.paired(a, a, 0.95).pValue()).hasValue(1.0);
        assertThat(Statistics.paired(List.of(2.0, 3.0), List.of(1.0, 2.0), 0.95).pValue())
                .hasValue(0.0);
        assertThat(Statistics.paired(List.of(2.0), List.of(1.0), 0.95).pValue()).isEmpty();
    }

    @Test
    void whatIsNoProbabilityIsRefused() {
        assertThatThrownBy(() -> Statistics.holm(List.of(0.5, 1.5))).hasMessage("a p-value (1.5) lies between 0 and 1");
        assertThatThrownBy(() -> Statistics.holm(List.of(Double.NaN)))
                .hasMessage("a p-value (NaN) lies between 0 and 1");
    }
}
