package dev.mojave.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {
    private static final int WIDTH = 12;

    private static Tensor forward(Attention attention, Tensor x) {
        return attention.forward(x, Optional.empty(), Optional.empty(), 0, Context.EVALUATION);
    }

    private static Tensor input(long seed) {
        return Tensors.normal(Rng.seeded(seed), 0, 1, 2, 7, WIDTH);
    }

    private static double distance(Tensor a, Tensor b) {
        return a.detach().sub(b.detach()).abs().max().item();
    }

    @Test
    void groupedQueriesEqualRepeatedHeads() {
        Init grouped = Init.of(Rng.seeded(1), 0.4);
        Init repeated = Init.of(Rng.seeded(2), 0.4);
        Attention two = new Attention.Spec(WIDTH, 4, 2, Attention.Bias.ALL, 0).build(grouped, 1, Optional.empty());
        Attention four = new Attention.Spec(WIDTH, 4, 4, Attention.Bias.ALL, 0).build(repeated, 1, Optional.empty());
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            for (int i = 0; i < grouped.parameters().size(); i++) {
                Parameter parameter = grouped.parameters().get(i);
                Tensor source = parameter.value();
                if (parameter.name().startsWith("qkv")) {
                    List<Tensor> heads = source.split(WIDTH / 4, 0);
                    // query heads 0 and 1 share key-value head 0, heads 2 and 3 share head 1
                    source = Tensors.cat(
                            List.of(0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7).stream()
                                    .map(heads::get)
                                    .toList(),
                            0);
                }
                repeated.parameters().get(i).value().copyInPlace(source);
            }
            Tensor x = input(3);
            assertThat(distance(forward(two, x), forward(four, x))).isLessThan(1e-6);
        }
        grouped.parameters().forEach(p -> p.value().close());
        repeated.parameters().forEach(p -> p.value().close());
    }

    /** Scaling queries and keys changes nothing once they are normalised; over one head the two kinds are the same. */
    @Test
    void normalisedQueriesAndKeysForgetTheirLength() {
        for (QkNorm norm : List.of(QkNorm.HEAD, QkNorm.PROJECTION)) {
            Init init = Init.of(Rng.seeded(1), 0.4);
            Attention.Spec spec = new Attention.Spec(WIDTH, 3, 3, 4, Attention.Bias.NONE, norm, 1e-12, 0);
            Attention attention = spec.build(init, 1, Optional.empty());
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                Tensor x = input(6);
                Tensor before = forward(attention, x).copy();
                Tensor qkv = init.parameters().getFirst().value();
                qkv.narrow(0, 0, 2 * WIDTH)
                        .copyInPlace(qkv.narrow(0, 0, 2 * WIDTH).mul(3));
                assertThat(distance(forward(attention, x), before)).isLessThan(1e-5);
                // One head twice as long: seen by a norm over all heads, not by one over each.
                qkv.narrow(0, 0, 4).copyInPlace(qkv.narrow(0, 0, 4).mul(2));
                if (norm == QkNorm.HEAD) {
                    assertThat(distance(forward(attention, x), before)).isLessThan(1e-5);
                } else {
                    assertThat(distance(forward(attention, x), before)).isGreaterThan(1e-3);
                }
                assertThat(spec.parameterCount())
                        .isEqualTo(init.parameters().stream()
                                .mapToLong(p -> p.value().elements())
                                .sum());
            }
            init.parameters().forEach(p -> p.value().close());
        }
    }

    @Test
    void aTokenSeesItselfAndThePast() {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Attention attention = new Attention.Spec(WIDTH, 3, 3, Attention.Bias.NONE, 0).build(init, 1, Optional.empty());
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor x = input(4);
            Tensor changed =
                    Tensors.cat(List.of(x.narrow(1, 0, 4), x.narrow(1, 4, 1).add(1.0), x.narrow(1, 5, 2)), 1);
            Tensor before = forward(attention, x);
            Tensor after = forward(attention, changed);
            assertThat(distance(before.narrow(1, 0, 4), after.narrow(1, 0, 4))).isZero();
            for (int token = 4; token < 7; token++) {
                assertThat(distance(before.narrow(1, token, 1), after.narrow(1, token, 1)))
                        .as("token %d", token)
                        .isGreaterThan(1e-3);
            }
        }
        init.parameters().forEach(p -> p.value().close());
    }

    @Test
    void theMaskHidesKeys() {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Attention attention = new Attention.Spec(WIDTH, 3, 3, Attention.Bias.NONE, 0).build(init, 1, Optional.empty());
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor x = input(5);
            Tensor changed =
                    Tensors.cat(List.of(x.narrow(1, 0, 2), x.narrow(1, 2, 1).add(1.0), x.narrow(1, 3, 4)), 1);
            Tensor hidden =
                    Tensors.of(new long[] {1, 1, 0, 1, 1, 1, 1}, 1, 1, 1, 7).to(DType.BOOL);
            Tensor visible = Attention.causalMask(0, 7)
                    .and(hidden.or(Attention.causalMask(0, 1).not()));
            Optional<Tensor> mask = Optional.of(visible.expand(2, 1, 7, 7));
            Tensor before = attention.forward(x, mask, Optional.empty(), 0, Context.EVALUATION);
            Tensor after = attention.forward(changed, mask, Optional.empty(), 0, Context.EVALUATION);
            assertThat(distance(before.narrow(1, 3, 4), after.narrow(1, 3, 4))).isZero();
        }
        init.parameters().forEach(p -> p.value().close());
    }

    /** The kernel of a block beside the operations that it stands for: values and every gradient, with biases here and not there. */
    @ParameterizedTest
    @EnumSource(Attention.Bias.class)
    void theKernelHasTheBiasesThatTheModelHas(Attention.Bias bias) {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Norm norm = new Norm.Spec(Norm.Kind.RMS_NORM, WIDTH, 1e-6, false).build(init);
        Attention attention = new Attention.Spec(WIDTH, 4, 2, bias, 0).build(init, 1, Optional.empty());
        try (Scope _ = Scope.open()) {
            try (NoGrad _ = NoGrad.open()) {
                init.parameters()
                        .forEach(p -> p.value()
                                .copyInPlace(Tensors.normal(
                                        Rng.seeded(p.name().length()),
                                        0,
                                        0.4,
                                        p.value().shape())));
            }
            Tensor x = input(3);
            assertThat(attention.half(x, norm, Optional.empty(), Optional.empty(), 0, Context.TRAINING))
                    .isPresent();
            Tensor fused = attention.residual(x, norm, Optional.empty(), Optional.empty(), 0, 0, Context.TRAINING);
            List<Tensor> gradients = gradients(init, fused);
            Tensor plain = x.add(forward(attention, norm.forward(x)));
            assertThat(distance(fused, plain)).isLessThan(1e-5);
            List<Tensor> expected = gradients(init, plain);
            for (int i = 0; i < expected.size(); i++) {
                String name = init.parameters().get(i).name();
                assertThat(distance(gradients.get(i), expected.get(i))).as(name).isLessThan(2e-5);
            }
            assertThat(init.parameters().stream()
                            .map(Parameter::name)
                            .filter(name -> name.endsWith("bias"))
                            .count())
                    .isEqualTo(
                            switch (bias) {
                                case NONE -> 0;
                                case QKV -> 1;
                                case ALL -> 2;
                            });
        }
        init.parameters().forEach(p -> p.value().close());
    }

    private static List<Tensor> gradients(Init init, Tensor result) {
        init.parameters().forEach(p -> p.value().clearGrad());
        result.mul(input(9)).sum().backward();
        return init.parameters().stream()
                .map(p -> p.value().grad().orElseThrow().copy())
                .toList();
    }

    @Test
    void causalMaskBehindEarlierTokens() {
        try (Scope _ = Scope.open()) {
            assertThat(Attention.causalMask(2, 3).toLongs())
                    .containsExactly(1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1);
        }
    }

    @Test
    void headsDivide() {
        assertThatThrownBy(() -> new Attention.Spec(10, 0, 1, Attention.Bias.NONE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("num_attention_heads (0) must be positive");
        assertThatThrownBy(() -> new Attention.Spec(10, 4, 4, Attention.Bias.NONE, 0))
                .hasMessage("num_attention_heads (4) must divide hidden_size (10)");
        assertThatThrownBy(() -> new Attention.Spec(12, 4, 3, Attention.Bias.NONE, 0))
                .hasMessage("num_key_value_heads (3) must divide num_attention_heads (4)");
        assertThatThrownBy(() -> new Attention.Spec(12, 4, 0, Attention.Bias.NONE, 0))
                .hasMessage("num_key_value_heads (0) must divide num_attention_heads (4)");
    }
}
