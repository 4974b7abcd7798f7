package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonsTest {
    private static final double[] FLAT = {0.05, 0.05, 0.05, 0.05};

    @Test
    void pairsBySeedWhateverTheOrderOfTrials() {
        Comparisons comparisons = new Comparisons(List.of(
                trial("moe", 3, 1.50),
                trial("dense", 1, 1.60),
                trial("dense", 3, 1.58),
                trial("moe", 1, 1.55),
                trial("dense", 2, 1.70),
                trial("moe", 2, 1.61)));
        Comparison comparison = comparisons.compare("dense", "moe").orElseThrow();
        assertThat(comparison.difference()).isCloseTo((0.05 + 0.09 + 0.08) / 3, within(1e-12));
        assertThat(comparison.n()).isEqualTo(3);
        assertThat(comparison.ciLow()).isCloseTo(0.02162188320791, within(1e-12));
        assertThat(comparison.ciHigh()).isCloseTo(0.12504478345876, within(1e-12));
        assertThat(comparison.detectableDifference()).isNotNull();
        assertThat(comparison.method()).isEqualTo("paired t over seeds");
    }

    @Test
    void aMissingTrialTakesOnlyItsPairAway() {
        Comparisons comparisons = new Comparisons(List.of(
                trial("dense", 1, 1.60),
                trial("dense", 2, 9.99),
                trial("dense", 3, 1.58),
                trial("moe", 1, 1.55),
                trial("moe", 3, 1.50)));
        Comparison comparison = comparisons.compare("dense", "moe").orElseThrow();
        assertThat(comparison.n()).isEqualTo(2);
        assertThat(comparison.difference()).isCloseTo(0.065, within(1e-12));
    }

    @Test
    void oneSeedHasNoIntervalAndNoneHasNoComparison() {
        Comparisons comparisons = new Comparisons(List.of(trial("dense", 1, 1.60), trial("moe", 1, 1.55)));
        Comparison comparison = comparisons.compare("dense", "moe").orElseThrow();
        assertThat(comparison.ciLow()).isNull();
        assertThat(comparison.ciHigh()).isNull();
        assertThat(comparison.detectableDifference()).isNull();
        assertThat(comparisons.trend("dense", "moe")).isEqualTo(Trend.UNKNOWN);
        assertThat(comparisons.compare("absent", "moe")).isEmpty();
        assertThat(comparisons.gap("absent", "moe")).isEmpty();
    }

    @Test
    void theGapIsTakenAtPointsThatAllPairsHave() {
        SortedMap<Long, Double> shorter = new TreeMap<>(curve(1.5, FLAT));
        shorter.remove(200L);
        Comparisons comparisons = new Comparisons(List.of(
                curved("dense", 1, 1.6, FLAT),
                curved("dense", 2, 1.7, FLAT),
                new TrialLosses("moe", 1, 1.5, 1.5, shorter),
                curved("moe", 2, 1.55, FLAT)));
        assertThat(comparisons.gap("dense", "moe")).extracting(GapPoint::tokens).containsExactly(100L, 300L, 400L);
        GapPoint point = comparisons.gap("dense", "moe").getFirst();
        assertThat(point.difference()).isCloseTo(0.125, within(1e-12));
        assertThat(point.ciLow()).isNotNull().isLessThan(0.125);
    }

    @Test
    void aGapThatMovesTheSameWayInEverySeedIsATrend() {
        assertThat(trend(new double[] {0.00, 0.01, 0.04, 0.060}, new double[] {0.00, 0.02, 0.04, 0.071}))
                .isEqualTo(Trend.TOWARDS_B);
        assertThat(trend(new double[] {0.06, 0.05, 0.03, 0.010}, new double[] {0.06, 0.06, 0.04, 0.021}))
                .isEqualTo(Trend.TOWARDS_A);
    }

    @Test
    void aGapThatMovesBothWaysIsNone() {
        assertThat(trend(new double[] {0.00, 0.01, 0.04, 0.06}, new double[] {0.06, 0.05, 0.03, 0.01}))
                .isEqualTo(Trend.NOT_SHOWN);
    }

    @Test
    void theTrendComparesTheEndWithTheMiddleAndIgnoresTheStart() {
        assertThat(trend(new double[] {-5.0, 0.05, 0.05, 0.0501}, new double[] {-5.1, 0.05, 0.05, 0.0499}))
                .isEqualTo(Trend.NOT_SHOWN);
    }

    /** Two seeds whose gap (dense minus moe) has the given values at 100, 200, 300 and 400 tokens. */
    private static Trend trend(double[] first, double[] second) {
        return new Comparisons(List.of(
                        curved("dense", 1, 1.5, first), curved("dense", 2, 1.6, second),
                        curved("moe", 1, 1.5, new double[4]), curved("moe", 2, 1.6, new double[4])))
                .trend("dense", "moe");
    }

    private static TrialLosses trial(String arm, long seed, double loss) {
        return new TrialLosses(arm, seed, loss, loss, new TreeMap<>());
    }

    private static TrialLosses curved(String arm, long seed, double loss, double[] offsets) {
        return new TrialLosses(arm, seed, loss, loss, curve(loss, offsets));
    }

    private static SortedMap<Long, Double> curve(double loss, double[] offsets) {
        SortedMap<Long, Double> curve = new TreeMap<>();
        for (int i = 0; i < offsets.length; i++) {
            curve.put(100L * (i + 1), loss + offsets[i]);
        }
        return curve;
    }
}
