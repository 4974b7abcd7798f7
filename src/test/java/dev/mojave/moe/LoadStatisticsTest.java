package dev.mojave.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.Scope;
import org.junit.jupiter.api.Test;

class LoadStatisticsTest {
    @Test
    void twoBatchesByHand() {
        try (Scope _ = Scope.open()) {
            LoadStatistics statistics = new LoadStatistics(4);
            statistics.add(Routings.ofProbabilities(
                    1, new float[] {0.7f, 0.1f, 0.1f, 0.1f}, new float[] {0.7f, 0.1f, 0.1f, 0.1f}));
            statistics.add(
                    Routings.ofProbabilities(1, new float[] {0.5f, 0.5f - 1e-6f, 0, 0}, new float[] {0, 1, 0, 0}));
            assertThat(statistics.load()).containsExactly(0.75, 0.25, 0, 0);
            double entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)) / Math.log(4);
            assertThat(statistics.loadEntropy()).isCloseTo(entropy, within(1e-12));
            assertThat(statistics.maxViolation()).isCloseTo(2, within(1e-12));
            assertThat(statistics.deadExperts()).isEqualTo(2);
            assertThat(statistics.dropRate()).isZero();
            double ofFirst = -(0.7 * Math.log(0.7) + 3 * 0.1 * Math.log(0.1));
            assertThat(statistics.routingEntropy()).isCloseTo((2 * ofFirst + Math.log(2) + 0) / 4, within(1e-5));
        }
    }

    @Test
    void balancedIsEntropyOneAndNoViolation() {
        try (Scope _ = Scope.open()) {
            LoadStatistics statistics = new LoadStatistics(2);
            statistics.add(Routings.ofProbabilities(2, new float[] {0.6f, 0.4f}, new float[] {0.6f, 0.4f}));
            assertThat(statistics.load()).containsExactly(0.5, 0.5);
            assertThat(statistics.loadEntropy()).isCloseTo(1, within(1e-12));
            assertThat(statistics.maxViolation()).isZero();
        }
    }

    @Test
    void nothingAddedIsNotAnError() {
        LoadStatistics statistics = new LoadStatistics(3);
        assertThat(statistics.load()).containsExactly(0, 0, 0);
        assertThat(statistics.routingEntropy()).isZero();
        assertThat(statistics.dropRate()).isZero();
        assertThat(new LoadStatistics(1).loadEntropy()).isEqualTo(1);
    }
}
