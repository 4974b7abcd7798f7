package dev.mojave.moe.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import org.junit.jupiter.api.Test;

class TopKRouterTest {
    private static Routing route(RouterSpec.Sizes sizes, Tensor x) {
        Init init = Init.of(Rng.seeded(3), 0.5);
        Routing routing = new TopKRouter.Spec()
                .build(sizes, init)
                .route(x, Tokens.of(Tensors.zeros(DType.INT64, 1, x.size(0))), Context.EVALUATION);
        init.parameters().forEach(p -> p.value().close());
        return routing;
    }

    @Test
    void weightsAreProbabilitiesOfTheBestExpertsBestFirst() {
        try (Scope _ = Scope.open()) {
            Routing routing = route(new RouterSpec.Sizes(6, 5, 3, false), Tensors.normal(Rng.seeded(4), 0, 1, 11, 6));
            float[] p = routing.probabilitiesTE().toFloats();
            float[] w = routing.weightsTK().toFloats();
            for (int token = 0; token < 11; token++) {
                double sum = 0;
                double least = 1;
                for (int choice = 0; choice < 3; choice++) {
                    float weight = w[token * 3 + choice];
                    assertThat(weight).isEqualTo(p[token * 5 + routing.choices().expert(token, choice)]);
                    assertThat(weight).isLessThanOrEqualTo((float) least);
                    least = weight;
                }
                for (int expert = 0; expert < 5; expert++) {
                    sum += p[token * 5 + expert];
                    boolean chosen = false;
                    for (int choice = 0; choice < 3; choice++) {
                        chosen |= routing.choices().expert(token, choice) == expert;
                    }
                    assertThat(chosen || p[token * 5 + expert] <= least).isTrue();
                }
                assertThat(sum).isCloseTo(1, within(1e-6));
            }
        }
    }

    @Test
    void renormalisedWeightsAreTheSoftmaxOfTheBestLogits() {
        try (Scope _ = Scope.open()) {
            Routing routing = route(new RouterSpec.Sizes(6, 5, 2, true), Tensors.normal(Rng.seeded(4), 0, 1, 11, 6));
            float[] logits = routing.logitsTE().toFloats();
            float[] w = routing.weightsTK().toFloats();
            for (int token = 0; token < 11; token++) {
                double best = logits[token * 5 + routing.choices().expert(token, 0)];
                double second = logits[token * 5 + routing.choices().expert(token, 1)];
                assertThat((double) w[token * 2]).isCloseTo(1 / (1 + Math.exp(second - best)), within(1e-6));
                assertThat(w[token * 2] + w[token * 2 + 1]).isCloseTo(1f, within(1e-6f));
            }
        }
    }

    @Test
    void sizesThatCannotBeRoutedAreRefused() {
        assertThatThrownBy(() -> new RouterSpec.Sizes(8, 0, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("num_experts (0) must be at least 1");
        assertThatThrownBy(() -> new RouterSpec.Sizes(8, 4, 5, false))
                .hasMessage("num_experts_per_tok (5) must be between 1 and num_experts (4)");
        assertThatThrownBy(() -> new RouterSpec.Sizes(8, 4, 0, false))
                .hasMessage("num_experts_per_tok (0) must be between 1 and num_experts (4)");
    }

    @Test
    void oneRenormalisedExpertHasWeightOne() {
        try (Scope _ = Scope.open()) {
            Routing routing = route(new RouterSpec.Sizes(6, 5, 1, true), Tensors.normal(Rng.seeded(4), 0, 1, 7, 6));
            assertThat(routing.weightsTK().toFloats()).containsOnly(1);
        }
    }
}
