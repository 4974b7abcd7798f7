package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests MoEP. LanguageModelTest checks for all models that no token sees a later one, and that decoding with a cache agrees. */
class ParallelLayerTest {
    private static Tensor loss(LanguageModel model, Context context) {
        return model.forward(Inputs.of(Tiny.ids(1, 2, 9), Tiny.ids(2, 2, 9)), context)
                .crossEntropy()
                .orElseThrow();
    }

    private static Map<String, Tensor> values(LanguageModel model) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.parameters().forEach(p -> values.put(p.name(), p.value()));
        return values;
    }

    private static Tensor value(Map<String, Tensor> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /** With one block per layer, and projections that are the identity, MoEP equals the transformer of its blocks. */
    @ParameterizedTest
    @ValueSource(strings = {"routed_tokens", "all_tokens"})
    void oneBlockEqualsATransformerInValuesAndGradients(String attention) {
        ModelSpec spec = Tiny.parallel(String.format(Locale.ROOT, """
                {hidden_size: 24, num_attention_heads: 4, intermediate_size: 96, residual: false, normalize: false, attention: %s,
                 blocks: {num_experts: 1, num_experts_per_tok: 1}, projections: {num_experts: 1, num_experts_per_tok: 1}}
                """, attention));
        try (Scope _ = Scope.open();
                LanguageModel dense = Tiny.randomised(spec.dense(), 1);
                LanguageModel parallel = LanguageModel.build(spec, 2)) {
            Map<String, Tensor> denseValues = values(dense);
            try (NoGrad _ = NoGrad.open()) {
                values(parallel).forEach((name, value) -> {
                    if (name.endsWith("experts.output.weight")) {
                        value.copyInPlace(Tensors.ones(value.dtype(), 24, 24)
                                .tril(0)
                                .mul(identity())
                                .view(1, 24, 24));
                    } else if (!name.contains("router") && !name.contains("experts")) {
                        value.copyInPlace(value(denseValues, name.replace("blocks.0.", "")));
                    }
                });
            }
            Tensor expected = loss(dense, Context.TRAINING);
            Tensor actual = loss(parallel, Context.TRAINING);
            assertThat(Tiny.distance(expected, actual)).isLessThan(1e-6);
            expected.backward();
            actual.backward();
            values(parallel).forEach((name, value) -> {
                if (!name.contains("router") && !name.contains("experts")) {
                    Tensor gradient = value.grad().orElseThrow();
                    Tensor denseGradient = value(denseValues, name.replace("blocks.0.", ""))
                            .grad()
                            .orElseThrow();
                    assertThat(Tiny.distance(gradient, denseGradient)).as(name).isLessThan(2e-6);
                }
            });
        }
    }

    private static Tensor identity() {
        float[] values = new float[24 * 24];
        for (int i = 0; i < 24; i++) {
            values[25 * i] = 1;
        }
        return Tensors.of(values, 24, 24);
    }

    /** Whether a token that moves to another block changes what the other tokens see depends on the option. */
    @Test
    void theOptionDecidesWhatABlockSees() {
        for (ModelSpec spec : List.of(Tiny.parallel("{}"), Tiny.parallel("{attention: all_tokens}"))) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = Tiny.randomised(spec, 3)) {
                Output output = model.forward(Inputs.of(Tiny.ids(1, 1, 12)), Context.EVALUATION);
                assertThat(output.routing()).hasSize(4);
                assertThat(output.routing())
                        .allSatisfy(r -> assertThat(r.tokens()).isEqualTo(12));
                assertThat(output.routing().get(1).experts()).isEqualTo(4);
            }
        }
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel own = Tiny.randomised(Tiny.parallel("{}"), 3);
                LanguageModel all = Tiny.randomised(Tiny.parallel("{attention: all_tokens}"), 3)) {
            Tensor ids = Tiny.ids(1, 1, 12);
            Tensor ownLogits = own.forward(Inputs.of(ids), Context.EVALUATION).logitsBSV();
            Tensor allLogits = all.forward(Inputs.of(ids), Context.EVALUATION).logitsBSV();
            assertThat(Tiny.distance(ownLogits, allLogits)).isGreaterThan(1e-3);
            // With either option, the first token sees only itself.
            assertThat(Tiny.distance(ownLogits.narrow(1, 0, 1), allLogits.narrow(1, 0, 1)))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void everyRouterLearnsFromTheLanguageModel() {
        for (ModelSpec spec : Tiny.parallel()) {
            boolean weighted = spec.parallelBlocks().orElseThrow().passage().gate() == ParallelSpec.Gate.WEIGHTED;
            try (Scope _ = Scope.open();
                    LanguageModel model = Tiny.randomised(spec, 4)) {
                loss(model, Context.TRAINING).backward();
                for (Parameter parameter : model.parameters()) {
                    boolean blocks = parameter.name().matches("layers\\.\\d+\\.router.weight");
                    if (parameter.name().endsWith("router.weight") && (weighted || !blocks)) {
                        assertThat(parameter
                                        .value()
                                        .grad()
                                        .orElseThrow()
                                        .abs()
                                        .max()
                                        .item())
                                .as("%s, %s", parameter.name(), spec)
                                .isGreaterThan(1e-6);
                    }
                }
            }
        }
    }

    @Test
    void aPlainSumLeavesTheRouterToItsBalanceLoss() {
        try (Scope _ = Scope.open();
                LanguageModel model = Tiny.randomised(Tiny.parallel("{gate: sum}"), 4)) {
            Output output = model.forward(Inputs.of(Tiny.ids(1, 2, 9), Tiny.ids(2, 2, 9)), Context.TRAINING);
            Map<String, BalanceLosses.Weighted> losses = model.spec().balanceLosses(output.routing(), 0, 1);
            assertThat(losses).containsOnlyKeys("block_entropy_balance", "projection_entropy_balance");
            Tensor router = value(values(model), "layers.1.router.weight");
            Objects.requireNonNull(losses.get("block_entropy_balance")).value().backward();
            assertThat(router.grad().orElseThrow().abs().max().item()).isGreaterThan(1e-5);
            router.clearGrad();
            loss(model, Context.TRAINING).backward();
            assertThat(router.grad().map(g -> g.abs().max().item()).orElse(0.0)).isZero();
        }
    }

    @Test
    void paddingChangesNothing() {
        for (ModelSpec spec : Tiny.parallel()) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel model = Tiny.randomised(spec, 5)) {
                Tensor ids = Tiny.ids(3, 2, 11);
                Output padded = model.forward(Inputs.of(ids).withLengths(new int[] {11, 6}), Context.EVALUATION);
                Tensor short6 = ids.narrow(0, 1, 1).narrow(1, 0, 6);
                Output cut = model.forward(Inputs.of(short6), Context.EVALUATION);
                assertThat(Tiny.distance(padded.logitsBSV().narrow(0, 1, 1).narrow(1, 0, 6), cut.logitsBSV()))
                        .as("%s", spec)
                        .isLessThan(1e-5);
                assertThat(padded.routing())
                        .allSatisfy(r -> assertThat(r.tokens()).isEqualTo(17));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_size: 0          | test: model.parallel: hidden_size (0) must be positive",
                "num_attention_heads: 5  | test: model.parallel: num_attention_heads (5) must divide hidden_size (12)",
                "full_layers: 2          | test: model: num_hidden_layers (4) must be more than twice parallel.full_layers (2)",
                "full_layers: 0          | test: model.parallel: full_layers (0) must be at least 1",
                "blocks: {num_experts: 2, num_experts_per_tok: 3} | test: model.parallel.blocks: num_experts_per_tok (3) must be between 1 and num_experts (2)",
                "blocks: {num_experts: 4, num_experts_per_tok: 2, router: expert_choice, losses: {entropy_balance: 0.0}} | test: model.parallel.blocks: router expert_choice cannot choose parallel blocks or projections: they need a causal router that reads no categories",
                "projections: {num_experts: 2, num_experts_per_tok: 1, expert: swiglu} | test: model.parallel.projections: intermediate_size (0) of swiglu projections must be positive",
            })
    void invalidSectionsAreRefused(String section, String message) {
        assertThatThrownBy(() -> Tiny.parallel(section))
                .isInstanceOf(Failure.class)
                .hasMessage(message);
    }

    @Test
    void keysThatCannotBeCombinedAreRefused() {
        assertThatThrownBy(() -> Tiny.parallel("{}", "position_embedding: rope"))
                .hasMessageStartingWith("test: model: position_embedding rope cannot be combined with parallel");
        assertThatThrownBy(() -> Tiny.parallel("{}", "moe: {num_experts: 2, num_experts_per_tok: 1}"))
                .hasMessage("test: model: moe and parallel cannot be combined; remove one of them");
    }

    @Test
    void describesItself() {
        assertThat(Tiny.parallel("{}").describe())
                .isEqualTo("4x24, feed-forward 96, 2 layers of 4 blocks of 12, top-2");
    }
}
