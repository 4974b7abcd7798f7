package dev.mojave.moe.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Routings;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalanceLossesTest {
    /** Returns routing in which every token has one certain expert and the load is even. */
    private static Routing even(int experts, int topK) {
        float[][] rows = new float[experts][experts];
        for (int token = 0; token < experts; token++) {
            for (int choice = 0; choice < topK; choice++) {
                rows[token][(token + choice) % experts] = 1f / topK;
            }
        }
        return Routings.ofProbabilities(topK, rows);
    }

    /** Returns routing in which every token is certain of expert 0. */
    private static Routing collapsed(int experts) {
        float[][] rows = new float[6][experts];
        for (float[] row : rows) {
            row[0] = 1;
        }
        return Routings.ofProbabilities(1, rows);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void switchIsOneWhenEvenAndTheNumberOfExpertsWhenCollapsed(int experts) {
        try (Scope _ = Scope.open()) {
            assertThat(BalanceLosses.switchBalance(even(experts, 1)).item()).isCloseTo(1, within(1e-6));
            assertThat(BalanceLosses.switchBalance(collapsed(experts)).item()).isCloseTo(experts, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void mixtralIsTheNumberOfChoicesWhenEvenAndPoolsLayers(int topK) {
        try (Scope _ = Scope.open()) {
            Routing even = even(6, topK);
            assertThat(BalanceLosses.mixtralBalance(List.of(even)).item()).isCloseTo(topK, within(1e-6));
            assertThat(BalanceLosses.mixtralBalance(List.of(even, even)).item()).isCloseTo(topK, within(1e-6));
        }
    }

    @Test
    void twoLayersThatCollapseOntoDifferentExpertsAreEvenTogether() {
        try (Scope _ = Scope.open()) {
            Routing first = Routings.ofProbabilities(1, new float[] {1, 0}, new float[] {1, 0});
            Routing second = Routings.ofProbabilities(1, new float[] {0, 1}, new float[] {0, 1});
            assertThat(BalanceLosses.mixtralBalance(List.of(first, second)).item())
                    .isCloseTo(1, within(1e-6));
            Map<String, BalanceLosses.Weighted> losses =
                    BalanceLosses.of(List.of(first, second), Map.of(BalanceLoss.SWITCH_BALANCE, 0.5));
            assertThat(Objects.requireNonNull(losses.get("switch_balance"))
                            .value()
                            .item())
                    .as("one Switch term per layer, summed")
                    .isCloseTo(4, within(1e-6));
        }
    }

    @Test
    void theEvenLoadIsNotTheMinimumOfTheFormula() {
        try (Scope _ = Scope.open()) {
            Routing routing = Routings.ofProbabilities(
                    1, new float[] {0.51f, 0.49f}, new float[] {0.51f, 0.49f}, new float[] {0, 1});
            // f = (2/3, 1/3), P = (0.34, 0.66): 2 (2/3 * 0.34 + 1/3 * 0.66)
            assertThat(BalanceLosses.switchBalance(routing).item()).isCloseTo(0.8933333, within(1e-6));
        }
    }

    @Test
    void descentMovesProbabilityAwayFromTheBusyExpert() {
        try (Scope _ = Scope.open()) {
            Tensor noise = Tensors.normal(Rng.seeded(5), 0, 0.3, 64, 4);
            Tensor logits = noise.add(Tensors.of(new float[] {0.5f, 0, 0, 0}, 4))
                    .detach()
                    .requireGrad(true);
            Routing routing = Routings.ofLogits(logits, 1);
            long[] counts = routing.choices().countOfExpert();
            assertThat(counts[0]).isGreaterThan(counts[1] + counts[2] + counts[3]);
            BalanceLosses.switchBalance(routing).backward();
            assertThat(logits.grad().orElseThrow().sum(0).toFloats()[0]).isPositive();
            logits.clearGrad();
            BalanceLosses.mixtralBalance(List.of(Routings.ofLogits(logits, 2))).backward();
            assertThat(logits.grad().orElseThrow().sum(0).toFloats()[0]).isPositive();
        }
    }

    @Test
    void routerZMatchesValuesComputedByHand() {
        try (Scope _ = Scope.open()) {
            Tensor logits = Tensors.of(new float[] {0, 0, (float) Math.log(3), 0}, 2, 2);
            double expected = (Math.pow(Math.log(2), 2) + Math.pow(Math.log(4), 2)) / 2;
            assertThat(BalanceLosses.routerZ(Routings.ofLogits(logits, 1)).item())
                    .isCloseTo(expected, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 7})
    void entropyBalanceIsZeroWhenEvenAndThePaperSignIsItsOpposite(int experts) {
        try (Scope _ = Scope.open()) {
            Routing even = even(experts, 1);
            assertThat(BalanceLosses.entropyBalance(even).item()).isCloseTo(0, within(1e-6));
            assertThat(BalanceLosses.entropyPaperSign(even).item()).isCloseTo(Math.log(experts), within(1e-6));
            assertThat(BalanceLosses.entropyBalance(collapsed(experts)).item())
                    .isCloseTo(Math.log(experts), within(1e-6));
            assertThat(BalanceLosses.entropyPaperSign(collapsed(experts)).item())
                    .isCloseTo(0, within(1e-6));
        }
    }

    @Test
    void thePaperSignMovesProbabilityToTheBusyExpert() {
        try (Scope _ = Scope.open()) {
            Tensor logits = Tensors.of(new float[] {1, 0, 0, 0.5f, 0, 0}, 2, 3).requireGrad(true);
            BalanceLosses.entropyBalance(Routings.ofLogits(logits, 1)).backward();
            float mended = logits.grad().orElseThrow().sum(0).toFloats()[0];
            logits.clearGrad();
            BalanceLosses.entropyPaperSign(Routings.ofLogits(logits, 1)).backward();
            assertThat(mended).isPositive();
            assertThat(logits.grad().orElseThrow().sum(0).toFloats()[0]).isCloseTo(-mended, within(1e-7f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void megatronIsOneWhenEvenForAnyNumberOfChoices(int topK) {
        try (Scope _ = Scope.open()) {
            Routing even = even(6, topK);
            assertThat(BalanceLosses.megatronBalance(List.of(even, even)).item())
                    .isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void importanceAndLoadAreZeroWhenEven() {
        try (Scope _ = Scope.open()) {
            assertThat(BalanceLosses.importanceLoad(even(4, 2)).item()).isCloseTo(0, within(1e-6));
            // All weight and all tokens are on one of 3 experts: mean 2, variance 8, so each part is 2.
            assertThat(BalanceLosses.importanceLoad(collapsed(3)).item()).isCloseTo(4, within(1e-5));
        }
    }

    @Test
    void capacityChangesNoBalanceLoss() {
        try (Scope _ = Scope.open()) {
            Routing routing = Routings.ofLogits(Tensors.normal(Rng.seeded(5), 0, 1, 20, 4), 2);
            for (BalanceLoss loss : BalanceLoss.values()) {
                assertThat(loss.of(List.of(routing.limited(3))).item())
                        .as(loss.key())
                        .isEqualTo(loss.of(List.of(routing)).item());
            }
        }
    }

    @Test
    void onlyLossesWithACoefficientAreComputed() {
        try (Scope _ = Scope.open()) {
            List<Routing> layers = List.of(even(2, 1));
            assertThat(BalanceLosses.of(layers, Coefficients.NONE.at(0, 1))).isEmpty();
            Coefficients some = Coefficients.NONE
                    .with(BalanceLoss.ROUTER_Z, 0.3)
                    .with(BalanceLoss.SWITCH_BALANCE, 0.1)
                    .with(BalanceLoss.MIXTRAL_BALANCE, 0.2);
            assertThat(BalanceLosses.of(List.of(), some.at(0, 1))).isEmpty();
            Map<String, BalanceLosses.Weighted> all = BalanceLosses.of(layers, some.at(0, 1));
            assertThat(all.keySet()).containsExactly("switch_balance", "mixtral_balance", "router_z");
            assertThat(all.values())
                    .extracting(BalanceLosses.Weighted::coefficient)
                    .containsExactly(0.1, 0.2, 0.3);
        }
    }
}
