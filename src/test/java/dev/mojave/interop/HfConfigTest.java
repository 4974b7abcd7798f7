package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Attention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class HfConfigTest {
    @Test
    void everyCombinationSurvivesTheRoundTripThroughText() {
        for (ModelSpec spec : Tiny.grid()) {
            ObjectNode config = (ObjectNode) Json.tree(Json.pretty(HfConfig.write(spec)));
            assertThat(HfConfig.read(config, "config.json")).isEqualTo(spec);
        }
    }

    @Test
    void modelsOfHuggingFaceAreReadFromItsOwnKeysToo() {
        int faithful = 0;
        for (ModelSpec spec : Tiny.grid()) {
            ObjectNode config = HfConfig.write(spec);
            if (!config.path("model_type").stringValue().equals("mojave")) {
                config.remove("mojave");
                ModelSpec read = HfConfig.read(config, "config.json");
                assertThat(read).isEqualTo(spec);
                faithful++;
            }
        }
        // gpt2: tied or not; llama: biases, tied, grouped; mixtral: tied, grouped.
        assertThat(faithful).isEqualTo(2 + 8 + 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2  | bias: true                                              | gpt2    | GPT2LMHeadModel",
                "gpt2  | bias: false                                             | mojave  | MojaveForCausalLM",
                "gpt2  | num_key_value_heads: 2                                  | mojave  | MojaveForCausalLM",
                "gpt2  | position_embedding: sinusoidal                          | mojave  | MojaveForCausalLM",
                "gpt2  | moe: {num_experts: 2, num_experts_per_tok: 2}           | mojave  | MojaveForCausalLM",
                "llama | bias: true                                              | llama   | LlamaForCausalLM",
                "llama | hidden_act: gelu                                        | mojave  | MojaveForCausalLM",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 2}           | mixtral | MixtralForCausalLM",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 1}           | mojave  | MojaveForCausalLM",
                "llama | moe: {num_experts: 1, num_experts_per_tok: 1}           | mixtral | MixtralForCausalLM",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 2, decoder_sparse_step: 2} | mojave | MojaveForCausalLM",
            })
    void onlyFaithfulModelsClaimAnArchitecture(String preset, String override, String type, String architecture) {
        ObjectNode config = HfConfig.write(Tiny.spec(preset, override));
        assertThat(config.path("model_type").stringValue()).isEqualTo(type);
        assertThat(config.path("architectures").get(0).stringValue()).isEqualTo(architecture);
    }

    @Test
    void biasesOfAttentionAndFeedForwardAreReadApart() {
        ObjectNode config = HfConfig.write(Tiny.spec("llama", "{bias: true, mlp_bias: false}"));
        assertThat(config.path("model_type").stringValue()).isEqualTo("llama");
        config.remove("mojave");
        ModelSpec read = HfConfig.read(config, "config.json");
        assertThat(read.attentionBias()).isEqualTo(Attention.Bias.ALL);
        assertThat(read.mlpBias()).isFalse();
        assertThat(HfConfig.write(Tiny.spec("llama", "attention_bias: qkv"))
                        .path("model_type")
                        .stringValue())
                .isEqualTo("mojave");
    }

    @Test
    void transformersDefaultsFillWhatAConfigLeavesOut() {
        ModelSpec gpt2 = read("""
                {"model_type": "gpt2", "vocab_size": 50257, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024}
                """);
        assertThat(gpt2.counts().total()).isEqualTo(124_439_808);
        ModelSpec llama = read("""
                {"model_type": "llama", "vocab_size": 32000, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "intermediate_size": 96, "max_position_embeddings": 128, "rope_theta": 500000.0, "rope_scaling": null}
                """);
        assertThat(llama.normEps()).isEqualTo(1e-6);
        assertThat(llama.ropeTheta()).isEqualTo(500_000);
        assertThat(llama.numKeyValueHeads()).isEqualTo(4);
        assertThat(llama.tieWordEmbeddings()).isFalse();
    }

    private static ModelSpec read(String json) {
        return HfConfig.read((ObjectNode) Json.tree(json), "config.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type: 'bert'       | model_type 'bert' is not one that Mojave can build (gpt2, llama, mixtral)",
                "hidden_act: 'gelu'       | hidden_act is \"gelu\"; it must be one of silu",
                "head_dim: 16             | head_dim is 16; it must be hidden_size / num_attention_heads",
                "rope_scaling: {}         | rope_scaling is {}; it is not supported",
                "rope_parameters: {'rope_type': 'yarn', 'rope_theta': 1e4} | rope_parameters.rope_type is \"yarn\"; it must be default",
                "sliding_window: 4        | sliding_window is 4; it must not be shorter than the context",
                "intermediate_size: null  | intermediate_size is null; it must be a whole number",
                "num_key_value_heads: 3   | num_key_value_heads (3) must divide num_attention_heads (4)",
                "tie_word_embeddings: 1   | tie_word_embeddings is 1; it must be true or false",
            })
    void whatMojaveCannotBuildIsRefusedByName(String change, String message) {
        ObjectNode config = HfConfig.write(Tiny.spec("llama"));
        config.remove("mojave");
        int colon = change.indexOf(':');
        config.set(
                change.substring(0, colon),
                Json.tree(change.substring(colon + 1).replace('\'', '"')));
        assertThatThrownBy(() -> HfConfig.read(config, "config.json"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageStartingWith("config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hidden_size", "norm"})
    void aDamagedSectionOfOurOwnIsAMatterOfTheFile(String key) {
        ObjectNode config = HfConfig.write(Tiny.spec("gpt2"));
        ((ObjectNode) config.path("mojave")).remove(key);
        assertThatThrownBy(() -> HfConfig.read(config, "config.json"))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage("config.json: mojave." + key + ": is required");
    }
}
