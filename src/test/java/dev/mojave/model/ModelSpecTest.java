package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "num_attention_heads: 5       | test: model: num_attention_heads (5) must divide hidden_size (24)",
                "num_key_value_heads: 3       | test: model: num_key_value_heads (3) must divide num_attention_heads (4)",
                "num_attention_heads: 8       | test: model: position_embedding rope needs an even head size; hidden_size / num_attention_heads is 3",
                "intermediate_size: 0         | test: model: intermediate_size (0) must be positive",
                "moe: {num_experts: 2, num_experts_per_tok: 1, decoder_sparse_step: 0} | test: model.moe: decoder_sparse_step (0) must be at least 1",
                "moe: {num_experts: 2, num_experts_per_tok: 3} | test: model.moe: num_experts_per_tok (3) must be between 1 and num_experts (2)",
                "moe: {num_experts: 2, num_experts_per_tok: 1, norm_topk_prob: true} | test: model.moe: norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts the router's gradient; set norm_topk_prob to false",
                "moe: {num_experts: 2, num_experts_per_tok: 1, losses: {router_z: -1}} | test: model.moe.losses: losses.router_z (-1.0) must not be negative",
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
    void describesItselfInOneLine() {
        assertThat(Tiny.spec("llama").describe()).isEqualTo("2x24, feed-forward 64, dense");
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}")
                        .describe())
                .isEqualTo("2x24, feed-forward 64, 4 experts, top-2");
        assertThat(Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 1, decoder_sparse_step: 2}")
                        .describe())
                .isEqualTo("2x24, feed-forward 64, 4 experts, top-1 in every layer of 2");
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
