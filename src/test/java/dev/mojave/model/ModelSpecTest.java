package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Context;
import dev.mojave.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ModelSpecTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vocab_size: 1                | test: model: vocab_size (1) must be at least 2",
                "hidden_size: 0               | test: model: hidden_size (0) must be positive",
                "num_hidden_layers: 0         | test: model: num_hidden_layers (0) must be positive",
                "max_position_embeddings: 0   | test: model: max_position_embeddings (0) must be positive",
                "norm_eps: 0                  | test: model: norm_eps (0.0) must be positive",
                "rope_theta: -1               | test: model: rope_theta (-1.0) must be positive",
                "dropout: 1                   | test: model: dropout (1.0) must be at least 0 and below 1",
                "initializer_range: 0         | test: model: initializer_range (0.0) must be positive",
                "initializer: norml           | test: model.initializer: unknown value 'norml'; did you mean 'normal'? (one of gpt2, normal, width_scaled)",
                "initializer: {kind: width_scaled, factor: 0} | test: model.initializer: factor (0.0) must be positive",
                "initializer: {kind: normal, factor: 2} | test: model.initializer.factor: unknown key for kind normal; known here: kind",
                "initializer: {factor: 2}     | test: model.initializer.kind: expected one of gpt2, normal, width_scaled, found nothing",
                "num_attention_heads: 5       | test: model: num_attention_heads (5) must divide hidden_size (24)",
                "num_key_value_heads: 3       | test: model: num_key_value_heads (3) must divide num_attention_heads (4)",
                "num_attention_heads: 8       | test: model: position_embedding rope needs an even head size; hidden_size / num_attention_heads is 3",
                "intermediate_size: 0         | test: model: intermediate_size (0) must be positive",
                "moe: {num_experts: 2, num_experts_per_tok: 1, decoder_sparse_step: 0} | test: model.moe: decoder_sparse_step (0) must be at least 1",
                "moe: {num_experts: 2, num_experts_per_tok: 3} | test: model.moe: num_experts_per_tok (3) must be between 1 and num_experts (2)",
                "moe: {num_experts: 2, num_experts_per_tok: 1, moe_intermediate_size: 0} | test: model.moe: moe_intermediate_size (0) must be positive",
                "moe: {num_experts: 2, num_experts_per_tok: 1, mlp_only_layers: [-1]} | test: model.moe: mlp_only_layers ([-1]) must not contain negative indices; layers are counted from 0",
                "moe: {num_experts: 2, num_experts_per_tok: 1, shared_expert_intermediate_size: -1} | test: model.moe: shared_expert_intermediate_size (-1) must not be negative; set it to 0 for no shared expert",
                "moe: {num_experts: 2, num_experts_per_tok: 1, shared_expert_gate: true} | test: model.moe: shared_expert_gate needs a shared expert; set shared_expert_intermediate_size",
                "moe: {num_experts: 2, num_experts_per_tok: 1, moe_intermediate_size: 10, shared_expert_intermediate_size: 21} | test: model: moe.shared_expert_intermediate_size (21) must be at most 20, the width of all 2 experts together: a larger shared expert would outweigh the mixture",
                "sliding_window: 0            | test: model: sliding_window (0) must be at least 1, the token itself",
                "head_dim: 0                  | test: model: head_dim (0) must be positive",
                "head_dim: 7                  | test: model: position_embedding rope needs an even head size; head_dim is 7",
                "{position_embedding: learned, rope_scaling: {kind: linear, factor: 2}} | test: model: rope_scaling needs position_embedding rope",
                "rope_scaling: {kind: linear, factor: 0.5} | test: model.rope_scaling: factor (0.5) must be at least 1",
                "rope_scaling: {kind: yarn, factor: 2, original_max_position_embeddings: 0} | test: model.rope_scaling: original_max_position_embeddings (0) must be positive",
                "rope_scaling: {kind: yarn, factor: 2, original_max_position_embeddings: 8, beta_slow: 40} | test: model.rope_scaling: beta_slow (40.0) must be positive and below beta_fast (32.0)",
                "rope_scaling: {kind: yarn, factor: 2, original_max_position_embeddings: 8, attention_factor: 0} | test: model.rope_scaling: attention_factor (0.0) must be positive",
                "rope_scaling: {kind: llama3, factor: 2, low_freq_factor: 4, high_freq_factor: 4, original_max_position_embeddings: 8} | test: model.rope_scaling: low_freq_factor (4.0) must be positive and below high_freq_factor (4.0)",
                "moe: {num_experts: 4, num_experts_per_tok: 2, capacity_factor: {train: 0}} | test: model.moe.capacity_factor: train (0.0) must be positive; 1 is an equal share",
                "moe: {num_experts: 4, num_experts_per_tok: 2, capacity_factor: {eval: -1}} | test: model.moe.capacity_factor: eval (-1.0) must be positive; 1 is an equal share",
                "moe: {num_experts: 4, num_experts_per_tok: 2, dispatch: dropless, capacity_factor: {train: 1}} | test: model.moe: capacity_factor needs dispatch: capacity; dispatch dropless drops no token",
                "moe: {num_experts: 4, num_experts_per_tok: 2, dispatch: naive, capacity_factor: {train: 1}} | test: model.moe: capacity_factor needs dispatch: capacity; dispatch naive drops no token",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: expert_choice, capacity_factor: {train: 1}} | test: model.moe: capacity_factor makes no sense with router expert_choice: every expert already processes a fixed number of tokens; remove it",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: expert_choice, losses: {switch_balance: 0.01}} | test: model.moe: losses.switch_balance makes no sense with router expert_choice: every expert processes the same number of tokens; remove it",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: sinkhorn, losses: {switch_balance: 0.01}} | test: model.moe: losses.switch_balance makes no sense with router sinkhorn: its transport plan already balances the load; remove it",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: hash, losses: {router_z: 0.01}} | test: model.moe: losses.router_z makes no sense with router hash: its choices are fixed, so no loss can change them; remove it",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: uniform, input_jitter: 0.01} | test: model.moe: input_jitter changes nothing with router uniform, which does not read its input; remove input_jitter",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: soft} | test: model.moe: router soft uses every expert: set num_experts_per_tok (2) to num_experts (4)",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: task_aware} | test: model.moe.router: task-aware routing needs categories: the names of the document categories in the data, for example [noun, verb, adjective, adverb] in the data set embedded; 'mojave data show' lists them",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: {kind: loss_free, bias_update_rate: -1}} | test: model.moe.router: bias_update_rate (-1.0) must not be negative",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: {kind: loss_free, routed_scaling_factor: 0}} | test: model.moe.router: routed_scaling_factor (0.0) must be positive",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: {kind: top_k, seed: 1}} | test: model.moe.router.seed: unknown key for kind top_k; known here: kind",
                "moe: {num_experts: 4, num_experts_per_tok: 2, input_jitter: 1} | test: model.moe: input_jitter (1.0) must be at least 0 and below 1",
                "moe: {num_experts: 4, num_experts_per_tok: 2, expert_dropout: 1} | test: model.moe: expert_dropout (1.0) must be at least 0 and below 1",
                "moe: {num_experts: 2, num_experts_per_tok: 1, losses: {router_z: -1}} | test: model.moe.losses.router_z: a coefficient (-1.0) must not be negative",
            })
    void everyRuleNamesItsKey(String override, String message) {
        assertThatThrownBy(() -> Tiny.spec("llama", override))
                .isInstanceOf(Failure.class)
                .hasMessage(message);
    }

    @Test
    void recordsSurviveTheRoundTrip() {
        for (ModelSpec spec : Tiny.grid()) {
            assertThat(Records.read(Records.tree(spec), ModelSpec.class, "test", "model"))
                    .isEqualTo(spec);
        }
    }

    @Test
    void keysShareOneSectionInTheirOrder() {
        ModelSpec spec = Tiny.spec(
                "llama",
                "{head_dim: 8, rope_scaling: {kind: linear, factor: 2}, sliding_window: 4, initializer: normal}",
                "moe: {num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 8, capacity_factor: {}}");
        ObjectNode tree = Records.tree(spec);
        assertThat(tree.propertyNames())
                .containsExactly(
                        "vocab_size",
                        "hidden_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "num_key_value_heads",
                        "head_dim",
                        "intermediate_size",
                        "max_position_embeddings",
                        "norm",
                        "norm_eps",
                        "position_embedding",
                        "rope_theta",
                        "rope_scaling",
                        "hidden_act",
                        "bias",
                        "attention_bias",
                        "mlp_bias",
                        "qk_norm",
                        "sliding_window",
                        "tie_word_embeddings",
                        "dropout",
                        "initializer_range",
                        "initializer",
                        "moe");
        assertThat(tree.path("moe").propertyNames())
                .containsExactly(
                        "num_experts",
                        "num_experts_per_tok",
                        "norm_topk_prob",
                        "decoder_sparse_step",
                        "mlp_only_layers",
                        "moe_intermediate_size",
                        "shared_expert_intermediate_size",
                        "shared_expert_gate",
                        "router",
                        "losses",
                        "dispatch",
                        "capacity_factor",
                        "input_jitter",
                        "expert_dropout");
        JsonNode parallel = Records.tree(Tiny.parallel("{}")).path("parallel");
        assertThat(parallel.propertyNames())
                .containsExactly(
                        "hidden_size",
                        "num_attention_heads",
                        "intermediate_size",
                        "full_layers",
                        "attention",
                        "gate",
                        "normalize",
                        "residual",
                        "blocks",
                        "projections");
        assertThat(parallel.path("projections").propertyNames())
                .containsExactly(
                        "expert",
                        "intermediate_size",
                        "num_experts",
                        "num_experts_per_tok",
                        "norm_topk_prob",
                        "router",
                        "losses");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_sise: 24        | test: model.hidden_sise: unknown key; did you mean 'hidden_size'?",
                "slidingwindow: 4       | test: model.slidingwindow: unknown key; did you mean 'sliding_window'?",
                "attention: {head_dim: 4} | test: model.attention: unknown key; known here: vocab_size, hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, head_dim, intermediate_size, max_position_embeddings, norm, norm_eps, position_embedding, rope_theta, rope_scaling, hidden_act, bias, attention_bias, mlp_bias, qk_norm, sliding_window, tie_word_embeddings, dropout, initializer_range, initializer, moe, parallel",
                "num_attention_heads: x | test: model.num_attention_heads: expected a whole number such as 500, 50k or 10M, found \"x\"",
                "moe: {num_experts: 4, num_experts_per_tok: 2, input_jiter: 1} | test: model.moe.input_jiter: unknown key; did you mean 'input_jitter'?",
                "moe: {num_experts_per_tok: 2} | test: model.moe.num_experts: is required",
            })
    void keysAreNamedWhereTheyAreTyped(String override, String message) {
        assertThatThrownBy(() -> Tiny.spec("llama", override))
                .isInstanceOf(Failure.class)
                .hasMessage(message);
    }

    @Test
    void oneChangeMakesOneDifference() {
        ModelSpec plain = Tiny.spec("llama");
        assertThat(plain.withLayers(3)).isEqualTo(Tiny.spec("llama", "num_hidden_layers: 3"));
        ModelSpec sparse = Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}");
        assertThat(plain.withMixture(sparse.mixture().orElseThrow())).isEqualTo(sparse);
    }

    @Test
    void valuesThatEqualTheirDefaultAreRemoved() {
        assertThat(Tiny.spec("llama", "head_dim: 6")).isEqualTo(Tiny.spec("llama"));
        assertThat(Tiny.spec("llama", "num_attention_heads: 5", "head_dim: 4").headSize())
                .isEqualTo(4);
    }

    @Test
    void aWindowOverTheWholeContextIsDropped() {
        assertThat(Tiny.spec("llama", "sliding_window: 16").attentionSpec())
                .isEqualTo(Tiny.spec("llama").attentionSpec());
        assertThat(Tiny.spec("llama", "sliding_window: 15").attentionSpec())
                .isInstanceOf(AttentionSpec.SlidingWindow.class);
        assertThat(Tiny.spec("llama", "sliding_window: 15").block(1).attention())
                .isInstanceOf(AttentionSpec.SlidingWindow.class);
    }

    @Test
    void aWindowCannotBeCombinedWithParallelBlocks() {
        assertThatThrownBy(() -> Tiny.parallel("{}", "sliding_window: 4"))
                .isInstanceOf(Failure.class)
                .hasMessage(
                        "test: model: sliding_window cannot be combined with parallel, whose blocks see either their own tokens or all of them;"
                                + " remove it");
    }

    @Test
    void describesItselfInOneLine() {
        assertThat(Tiny.spec("llama").describe()).isEqualTo("2x24, feed-forward 64, dense");
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}")
                        .describe())
                .isEqualTo("2x24, feed-forward 64, 4 experts, top-2");
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 1, decoder_sparse_step: 2}")
                        .describe())
                .isEqualTo("2x24, feed-forward 64, 4 experts, top-1, in 1 of every 2 layers");
        assertThat(Tiny.spec("llama", "sliding_window: 4").describe())
                .isEqualTo("2x24, sliding window 4, feed-forward 64, dense");
        assertThat(Tiny.spec("llama", "sliding_window: 15", "moe: {num_experts: 4, num_experts_per_tok: 2}")
                        .describe())
                .isEqualTo("2x24, sliding window 15, feed-forward 64, 4 experts, top-2");
        assertThat(Tiny.spec("llama", "sliding_window: 16").describe())
                .as("a window over the whole context is dropped")
                .isEqualTo("2x24, feed-forward 64, dense");
        assertThat(Tiny.published().get(1).describe())
                .isEqualTo("2x24, feed-forward 64, 4 experts, top-2, shared expert 20");
    }

    @Test
    void namesItsMixturesAfterTheirLayers() {
        assertThat(Tiny.spec("llama").mixtureNames()).isEmpty();
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}")
                        .mixtureNames())
                .containsExactly("0", "1");
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2, mlp_only_layers: [0]}")
                        .mixtureNames())
                .containsExactly("1");
        assertThat(Tiny.parallel("{}").mixtureNames()).containsExactly("shrink", "1", "2", "grow");
    }

    @Test
    void routingRecordsNameTheirMixture() {
        ModelSpec sparse = Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2, mlp_only_layers: [0]}");
        assertThat(sparse.mixtures()).containsExactly(new Mixture(0, "1", Mixture.Group.LAYER));
        ModelSpec parallel = Tiny.parallel("{}");
        assertThat(parallel.mixtures())
                .containsExactly(
                        new Mixture(0, "shrink", Mixture.Group.PROJECTION),
                        new Mixture(1, "1", Mixture.Group.BLOCKS),
                        new Mixture(2, "2", Mixture.Group.BLOCKS),
                        new Mixture(3, "grow", Mixture.Group.PROJECTION));
        for (ModelSpec spec : List.of(sparse, parallel, Tiny.parallel("{gate: sum}"), Tiny.spec("llama"))) {
            try (Scope _ = Scope.open();
                    LanguageModel model = LanguageModel.build(spec, 1)) {
                Inputs inputs = Inputs.of(Tiny.ids(1, 2, 9), Tiny.ids(2, 2, 9));
                for (Context context : List.of(Context.TRAINING, Context.EVALUATION)) {
                    assertThat(model.forward(inputs, context).routing())
                            .extracting(Routing::mixture)
                            .isEqualTo(spec.mixtures());
                    assertThat(model.loss(inputs, context).routing())
                            .extracting(Routing::mixture)
                            .isEqualTo(spec.mixtures());
                    assertThat(model.routing(inputs, context))
                            .extracting(Routing::mixture)
                            .isEqualTo(spec.mixtures());
                }
            }
        }
    }

    @Test
    void resizingChangesOneThing() {
        ModelSpec sparse = Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}");
        assertThat(sparse.dense()).isEqualTo(Tiny.spec("llama"));
        assertThat(sparse.withIntermediateSize(80))
                .isEqualTo(
                        Tiny.spec("llama", "intermediate_size: 80", "moe: {num_experts: 4, num_experts_per_tok: 2}"));
    }
}
