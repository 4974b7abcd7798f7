package dev.mojave.moe.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Routings;
import dev.mojave.tensor.Scope;
import org.junit.jupiter.api.Test;

class LoadStatisticsTest {
    @Test
    void twoBatchesMatchValuesComputedByHand() {
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
    void aBalancedLoadHasEntropyOneAndNoViolation() {
        try (Scope _ = Scope.open()) {
            LoadStatistics statistics = new LoadStatistics(2);
            statistics.add(Routings.ofProbabilities(2, new float[] {0.6f, 0.4f}, new float[] {0.6f, 0.4f}));
            assertThat(statistics.load()).containsExactly(0.5, 0.5);
            assertThat(statistics.loadEntropy()).isCloseTo(1, within(1e-12));
            assertThat(statistics.maxViolation()).isZero();
        }
    }

    @Test
    void emptyStatisticsAreNoError() {
        LoadStatistics statistics = new LoadStatistics(3);
        assertThat(statistics.load()).containsExactly(0, 0, 0);
        assertThat(statistics.routingEntropy()).isZero();
        assertThat(statistics.dropRate()).isZero();
        assertThat(new LoadStatistics(1).loadEntropy()).isEqualTo(1);
    }

    @Test
    void dropsAndTokensWithoutAnExpertAreCounted() {
        try (Scope _ = Scope.open()) {
            LoadStatistics statistics = new LoadStatistics(2);
            Routing routing = Routings.ofProbabilities(
                    1, new float[] {0.9f, 0.1f}, new float[] {0.8f, 0.2f}, new float[] {0.7f, 0.3f}, new float[] {
                        0.2f, 0.8f
                    });
            statistics.add(routing.limited(2));
            assertThat(statistics.load()).containsExactly(2 / 3.0, 1 / 3.0);
            assertThat(statistics.bestChoices()).containsExactly(0.75, 0.25);
            assertThat(statistics.dropRate()).isEqualTo(0.25);
            assertThat(statistics.unroutedRate()).isEqualTo(0.25);
            assertThat(statistics.weightOfRank()).hasSize(1);
            assertThat(statistics.weightOfRank()[0]).isCloseTo(0.8, within(1e-6));
            assertThat(statistics.categories().isEmpty()).isTrue();
        }
    }

    @Test
    void specialistsAndGeneralistsByCategory() {
        try (Scope _ = Scope.open()) {
            float[] first = {1, 0};
            float[] second = {0, 1};
            Routing routing = Routings.ofProbabilities(1, first, first, second, second);
            LoadStatistics specialists = new LoadStatistics(2, 2);
            specialists.add(routing, new int[] {1, 1, 2, 2});
            assertThat(specialists.categories().specialisation()).isCloseTo(0, within(1e-12));
            assertThat(specialists.categories().mutualInformation()).isCloseTo(1, within(1e-12));
            assertThat(specialists.categories().share(0)).containsExactly(0.5, 0);
            LoadStatistics generalists = new LoadStatistics(2, 2);
            generalists.add(routing, new int[] {1, 2, 1, 2});
            assertThat(generalists.categories().specialisation()).isCloseTo(1, within(1e-12));
            assertThat(generalists.categories().mutualInformation()).isCloseTo(0, within(1e-12));
            LoadStatistics partly = new LoadStatistics(2, 2);
            partly.add(routing, new int[] {1, 0, 2, 0});
            assertThat(partly.categories().share(1))
                    .as("a token without a category is not counted")
                    .containsExactly(0, 0.5);
        }
    }
}
