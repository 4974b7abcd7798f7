package dev.mojave.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final float[] X = {0.5f, -1.5f, 2, 3};

    @Test
    void normsMatchValuesComputedByHand() {
        try (Scope _ = Scope.open()) {
            Init init = Init.of(Rng.seeded(1), 0.02);
            Norm layer = new Norm.Spec(Norm.Kind.LAYER_NORM, 4, 0.1, true).build(init.child("layer"));
            Norm rms = new Norm.Spec(Norm.Kind.RMS_NORM, 4, 0.1, true).build(init.child("rms"));
            assertThat(init.parameters())
                    .extracting(Parameter::name)
                    .containsExactly("layer.weight", "layer.bias", "rms.weight");
            try (NoGrad _ = NoGrad.open()) {
                for (Parameter parameter : init.parameters()) {
                    parameter.value().copyInPlace(Tensors.of(new float[] {1, 2, 3, 4}, 4));
                }
            }
            double variance = (0.25 + 6.25 + 1 + 4) / 4;
            double squares = (0.25 + 2.25 + 4 + 9) / 4;
            Tensor x = Tensors.of(X, 1, 4);
            float[] layered = layer.forward(x).toFloats();
            float[] rooted = rms.forward(x).toFloats();
            for (int i = 0; i < 4; i++) {
                int w = i + 1;
                assertThat((double) layered[i]).isCloseTo((X[i] - 1) / Math.sqrt(variance + 0.1) * w + w, within(1e-5));
                assertThat((double) rooted[i]).isCloseTo(X[i] / Math.sqrt(squares + 0.1) * w, within(1e-5));
            }
            init.parameters().forEach(p -> p.value().close());
        }
    }

    @Test
    void activationsMatchValuesComputedByHand() {
        try (Scope _ = Scope.open()) {
            float[] gelu = Activation.GELU.apply(Tensors.of(X, 1, 4)).toFloats();
            for (int i = 0; i < 4; i++) {
                double inner = Math.sqrt(2 / Math.PI) * (X[i] + 0.044715 * Math.pow(X[i], 3));
                assertThat((double) gelu[i]).isCloseTo(0.5 * X[i] * (1 + Math.tanh(inner)), within(1e-6));
            }
            float[] swiglu = Activation.SWIGLU.apply(Tensors.of(X, 1, 4)).toFloats();
            assertThat((double) swiglu[0]).as("gate first").isCloseTo(0.5 / (1 + Math.exp(-0.5)) * 2, within(1e-6));
            assertThat((double) swiglu[1]).isCloseTo(-1.5 / (1 + Math.exp(1.5)) * 3, within(1e-6));
        }
    }

    @Test
    void specificationsCountWhatTheyBuild() {
        try (Scope _ = Scope.open()) {
            for (Attention.Bias biases : Attention.Bias.values()) {
                boolean bias = biases != Attention.Bias.NONE;
                Init init = Init.of(Rng.seeded(1), 0.02);
                FeedForward.Spec gelu = new FeedForward.Spec(6, 10, Activation.GELU, bias);
                FeedForward.Spec swiglu = new FeedForward.Spec(6, 10, Activation.SWIGLU, bias);
                AttentionSpec.GroupedQuery attention = new AttentionSpec.GroupedQuery(6, 3, 1, biases, 0);
                gelu.build(init.child("gelu"), 1);
                swiglu.build(init.child("swiglu"), 1);
                attention.build(init.child("attention"), 1, java.util.Optional.empty());
                long counted = init.parameters().stream()
                        .mapToLong(p -> p.value().elements())
                        .sum();
                assertThat(gelu.parameterCount() + swiglu.parameterCount() + attention.parameterCount())
                        .isEqualTo(counted);
                assertThat(init.parameters())
                        .allSatisfy(p -> assertThat(p.decays())
                                .as("%s decays", p.name())
                                .isEqualTo(p.name().endsWith("weight")));
                init.parameters().forEach(p -> p.value().close());
            }
        }
    }

    @Test
    void initialisationIsScaledAndFollowsItsSeed() {
        try (Scope _ = Scope.open()) {
            float[] first = matrix(7, 1).toFloats();
            assertThat(matrix(7, 1).toFloats()).isEqualTo(first);
            assertThat(matrix(8, 1).toFloats()).isNotEqualTo(first);
            assertThat(deviation(first)).isCloseTo(0.02, within(0.0005));
            assertThat(deviation(matrix(7, 0.25).toFloats())).isCloseTo(0.005, within(0.0002));
        }
    }

    private static Tensor matrix(long seed, double scale) {
        return Init.of(Rng.seeded(seed), 0.02).scaled(scale).matrix("weight", 100, 100);
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    @Test
    void aCacheHoldsItsContextAndNoMore() {
        try (Scope _ = Scope.open();
                KvCache cache = new KvCache(List.of(new KvCache.Layer(3, 5)), 2, 4)) {
            assertThat(cache.capacity()).isEqualTo(4);
            Tensor three = Tensors.normal(Rng.seeded(1), 0, 1, 2, 3, 3, 5);
            assertThat(cache.append(0, three, three).keys().toFloats()).isEqualTo(three.toFloats());
            cache.advance(3);
            assertThatThrownBy(() -> cache.append(0, three, three))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("6 tokens do not fit a context of 4");
            cache.clear();
            assertThat(cache.length()).isZero();
            assertThat(cache.append(0, three, three.mul(2)).values().toFloats())
                    .isEqualTo(three.mul(2).toFloats());
        }
    }

    @Test
    void intermediateSizeIsPositive() {
        assertThatThrownBy(() -> new FeedForward.Spec(8, 0, Activation.GELU, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("intermediate_size (0) must be positive");
    }
}
