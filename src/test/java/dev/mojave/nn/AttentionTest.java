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
    private static final int WINDOW = 3;

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
        Attention two =
                new AttentionSpec.GroupedQuery(WIDTH, 4, 2, Attention.Bias.ALL, 0).build(grouped, 1, Optional.empty());
        Attention four =
                new AttentionSpec.GroupedQuery(WIDTH, 4, 4, Attention.Bias.ALL, 0).build(repeated, 1, Optional.empty());
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            for (int i = 0; i < grouped.parameters().size(); i++) {
                Parameter parameter = grouped.parameters().get(i);
                Tensor source = parameter.value();
                if (parameter.name().startsWith("qkv")) {
                    List<Tensor> heads = source.split(WIDTH / 4, 0);
                    // Query heads 0 and 1 share key-value head 0; heads 2 and 3 share head 1.
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

    /** Scaling queries and keys changes nothing once they are normalised; with a single head the two kinds are equal. */
    @Test
    void normalisingQueriesAndKeysRemovesTheirScale() {
        for (QkNorm norm : List.of(QkNorm.HEAD, QkNorm.PROJECTION)) {
            Init init = Init.of(Rng.seeded(1), 0.4);
            AttentionSpec.GroupedQuery spec =
                    new AttentionSpec.GroupedQuery(WIDTH, 3, 3, 4, Attention.Bias.NONE, norm, 1e-12, 0);
            Attention attention = spec.build(init, 1, Optional.empty());
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                Tensor x = input(6);
                Tensor before = forward(attention, x).copy();
                Tensor qkv = init.parameters().getFirst().value();
                qkv.narrow(0, 0, 2 * WIDTH)
                        .copyInPlace(qkv.narrow(0, 0, 2 * WIDTH).mul(3));
                assertThat(distance(forward(attention, x), before)).isLessThan(1e-5);
                // Doubling one head changes a norm over all heads, but not a norm per head.
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
        Attention attention =
                new AttentionSpec.GroupedQuery(WIDTH, 3, 3, Attention.Bias.NONE, 0).build(init, 1, Optional.empty());
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
        Attention attention =
                new AttentionSpec.GroupedQuery(WIDTH, 3, 3, Attention.Bias.NONE, 0).build(init, 1, Optional.empty());
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

    /** Compares the block kernel with the unfused operations, in values and all gradients, for each placement of biases. */
    @ParameterizedTest
    @EnumSource(Attention.Bias.class)
    void theKernelMatchesTheOperationsForEachPlacementOfBiases(Attention.Bias bias) {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Norm norm = new Norm.Spec(Norm.Kind.RMS_NORM, WIDTH, 1e-6, false).build(init);
        Attention attention = new AttentionSpec.GroupedQuery(WIDTH, 4, 2, bias, 0).build(init, 1, Optional.empty());
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
            assertThat(attention.fusedBranch(x, norm, Optional.empty(), Optional.empty(), 0, Context.TRAINING))
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
    void causalMaskAfterEarlierTokens() {
        try (Scope _ = Scope.open()) {
            assertThat(Attention.causalMask(2, 3).toLongs())
                    .containsExactly(1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1);
        }
    }

    /** Grouped queries with all options: biases, per-head norms and rotary positions. */
    private static AttentionSpec.GroupedQuery rich() {
        return new AttentionSpec.GroupedQuery(WIDTH, 4, 2, 4, Attention.Bias.ALL, QkNorm.HEAD, 1e-6, 0);
    }

    private static Attention built(AttentionSpec spec, Init init, Optional<Rotary> rotary) {
        return spec.build(init, 1, rotary);
    }

    /** The oracle needs no mask: a token with a window must see the same as a token whose sequence starts at the window. */
    @Test
    void aWindowHidesTheTokensBeforeIt() {
        Rotary angles = new Rotary(4, 16, 10_000);
        for (Optional<Rotary> rotary : List.of(Optional.<Rotary>empty(), Optional.of(angles))) {
            Init init = Init.of(Rng.seeded(1), 0.4);
            Init same = Init.of(Rng.seeded(1), 0.4);
            Attention windowed = built(new AttentionSpec.SlidingWindow(rich(), WINDOW), init, rotary);
            Attention full = built(rich(), same, rotary);
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                Tensor x = input(3);
                Tensor seen = forward(windowed, x);
                for (int token = 0; token < 7; token++) {
                    int first = Math.max(0, token - WINDOW + 1);
                    Tensor alone = forward(full, x.narrow(1, first, token - first + 1));
                    // Rotary positions then start elsewhere, but only distances matter.
                    assertThat(distance(seen.narrow(1, token, 1), alone.narrow(1, token - first, 1)))
                            .as("token %d", token)
                            .isLessThan(1e-5);
                }
                assertThat(distance(seen, forward(full, x))).isGreaterThan(1e-2);
            }
            init.parameters().forEach(p -> p.value().close());
            same.parameters().forEach(p -> p.value().close());
        }
        angles.close();
    }

    @Test
    void aWindowOverAllTokensIsBitIdenticalToFullAttention() {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Init same = Init.of(Rng.seeded(1), 0.4);
        Attention windowed = built(new AttentionSpec.SlidingWindow(rich(), 7), init, Optional.empty());
        Attention full = built(rich(), same, Optional.empty());
        try (Scope _ = Scope.open()) {
            Tensor x = input(3);
            assertThat(forward(windowed, x).toFloats())
                    .containsExactly(forward(full, x).toFloats());
            List<Tensor> gradients = gradients(init, forward(windowed, x));
            List<Tensor> expected = gradients(same, forward(full, x));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(gradients.get(i).toFloats())
                        .containsExactly(expected.get(i).toFloats());
            }
        }
        init.parameters().forEach(p -> p.value().close());
        same.parameters().forEach(p -> p.value().close());
    }

    /** Gradients reach the tokens of the window and none before it. */
    @Test
    void gradientsStopAtTheWindow() {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Attention attention = built(new AttentionSpec.SlidingWindow(rich(), WINDOW), init, Optional.empty());
        try (Scope _ = Scope.open()) {
            Tensor x = input(3).requireGrad(true);
            forward(attention, x).narrow(1, 5, 1).sum().backward();
            Tensor gradient = x.grad().orElseThrow().abs();
            for (int token = 0; token < 7; token++) {
                double largest = gradient.narrow(1, token, 1).max().item();
                if (token >= 5 - WINDOW + 1 && token <= 5) {
                    assertThat(largest).as("token %d", token).isGreaterThan(1e-3);
                } else {
                    assertThat(largest).as("token %d", token).isZero();
                }
            }
        }
        init.parameters().forEach(p -> p.value().close());
    }

    /** Padding is hidden too; the first token that is not padding sees only itself. */
    @Test
    void aWindowAndAMaskHideTogether() {
        Init init = Init.of(Rng.seeded(1), 0.4);
        Init same = Init.of(Rng.seeded(1), 0.4);
        Attention windowed = built(new AttentionSpec.SlidingWindow(rich(), WINDOW), init, Optional.empty());
        Attention full = built(rich(), same, Optional.empty());
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor x = input(5);
            boolean[] real = {true, true, false, true, true, true, true};
            long[] given = new long[49];
            long[] wanted = new long[49];
            for (int query = 0; query < 7; query++) {
                for (int key = 0; key <= query; key++) {
                    boolean seen = real[key] || key == query;
                    given[query * 7 + key] = seen ? 1 : 0;
                    wanted[query * 7 + key] = seen && query - key < WINDOW ? 1 : 0;
                }
            }
            Tensor both = windowed.forward(x, mask(given), Optional.empty(), 0, Context.EVALUATION);
            Tensor expected = full.forward(x, mask(wanted), Optional.empty(), 0, Context.EVALUATION);
            assertThat(distance(both, expected)).isLessThan(1e-6);
        }
        init.parameters().forEach(p -> p.value().close());
        same.parameters().forEach(p -> p.value().close());
    }

    private static Optional<Tensor> mask(long[] visible) {
        return Optional.of(Tensors.of(visible, 1, 1, 7, 7).to(DType.BOOL).expand(2, 1, 7, 7));
    }

    /** Specifications that the kernel does not support run as separate operations. */
    @Test
    void theKernelIsUsedOnlyForSpecificationsThatItSupports() {
        for (AttentionSpec spec : List.of(
                rich(),
                new AttentionSpec.SlidingWindow(
                        new AttentionSpec.GroupedQuery(WIDTH, 3, 3, Attention.Bias.NONE, 0), 2))) {
            Init init = Init.of(Rng.seeded(1), 0.4);
            Norm norm = new Norm.Spec(Norm.Kind.RMS_NORM, WIDTH, 1e-6, false).build(init);
            Attention attention = built(spec, init, Optional.empty());
            try (Scope _ = Scope.open()) {
                assertThat(attention.fusedBranch(
                                input(3), norm, Optional.empty(), Optional.empty(), 0, Context.TRAINING))
                        .isEmpty();
                Tensor fused =
                        attention.residual(input(3), norm, Optional.empty(), Optional.empty(), 0, 0, Context.TRAINING);
                assertThat(distance(fused, input(3).add(forward(attention, norm.forward(input(3))))))
                        .isZero();
            }
            init.parameters().forEach(p -> p.value().close());
        }
    }

    @Test
    void aWindowContainsAtLeastTheTokenItself() {
        assertThatThrownBy(() -> new AttentionSpec.SlidingWindow(rich(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sliding_window (0) must be at least 1, the token itself");
    }

    @Test
    void headCountsMustDivide() {
        assertThatThrownBy(() -> new AttentionSpec.GroupedQuery(10, 0, 1, Attention.Bias.NONE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("num_attention_heads (0) must be positive");
        assertThatThrownBy(() -> new AttentionSpec.GroupedQuery(10, 4, 4, Attention.Bias.NONE, 0))
                .hasMessage("num_attention_heads (4) must divide hidden_size (10)");
        assertThatThrownBy(() -> new AttentionSpec.GroupedQuery(12, 4, 3, Attention.Bias.NONE, 0))
                .hasMessage("num_key_value_heads (3) must divide num_attention_heads (4)");
        assertThatThrownBy(() -> new AttentionSpec.GroupedQuery(12, 4, 0, Attention.Bias.NONE, 0))
                .hasMessage("num_key_value_heads (0) must divide num_attention_heads (4)");
    }
}
