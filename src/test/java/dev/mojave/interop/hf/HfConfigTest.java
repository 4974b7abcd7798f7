package dev.mojave.interop.hf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.RopeScaling;
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
        // gpt2: tied or not; llama: biases, tied, grouped; mixtral: tied, grouped; all published ones but the last, and
        // of those with a
        // window too.
        assertThat(faithful)
                .isEqualTo(2
                        + 8
                        + 4
                        + Tiny.published().size()
                        - 1
                        + Tiny.windowed().size()
                        - 1);
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
                "llama | head_dim: 10                                            | llama   | LlamaForCausalLM",
                "llama | attention_bias: qkv                                     | qwen2   | Qwen2ForCausalLM",
                "llama | {attention_bias: qkv, mlp_bias: true}                   | mojave  | MojaveForCausalLM",
                "llama | qk_norm: head                                           | qwen3   | Qwen3ForCausalLM",
                "llama | {qk_norm: head, attention_bias: all}                    | qwen3   | Qwen3ForCausalLM",
                "llama | {qk_norm: head, attention_bias: qkv}                    | mojave  | MojaveForCausalLM",
                "llama | qk_norm: projection                                     | mojave  | MojaveForCausalLM",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 2}           | mixtral | MixtralForCausalLM",
                "llama | sliding_window: 4                                       | mistral | MistralForCausalLM",
                "llama | sliding_window: 16                                      | llama   | LlamaForCausalLM",
                "llama | {sliding_window: 4, bias: true}                         | mojave  | MojaveForCausalLM",
                "gpt2  | sliding_window: 4                                       | mojave  | MojaveForCausalLM",
                "llama | {sliding_window: 4, moe: {num_experts: 2, num_experts_per_tok: 2}} | mixtral | MixtralForCausalLM",
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
        assertThat(read.attention().attentionBias()).isEqualTo(Attention.Bias.ALL);
        assertThat(read.feedForward().mlpBias()).isFalse();
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
        assertThat(llama.norm().normEps()).isEqualTo(1e-6);
        assertThat(llama.frame().position().ropeTheta()).isEqualTo(500_000);
        assertThat(llama.attention().numKeyValueHeads()).isEqualTo(4);
        assertThat(llama.frame().tieWordEmbeddings()).isFalse();
        String sizes = """
                "vocab_size": 320, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 32, "intermediate_size": 96,
                "max_position_embeddings": 128}
                """;
        ModelSpec mistral = read("{\"model_type\": \"mistral\", " + sizes);
        assertThat(mistral.attention().numKeyValueHeads()).isEqualTo(8);
        assertThat(mistral.headSize()).isEqualTo(2);
        assertThat(read("{\"model_type\": \"mistral\", \"num_key_value_heads\": null, " + sizes)
                        .attention()
                        .numKeyValueHeads())
                .isEqualTo(32);
        ModelSpec qwen2 = read("{\"model_type\": \"qwen2\", " + sizes);
        assertThat(qwen2.attention().attentionBias()).isEqualTo(Attention.Bias.QKV);
        assertThat(qwen2.attention().numKeyValueHeads()).isEqualTo(32);
        assertThat(read("{\"model_type\": \"qwen3\", " + sizes).headSize()).isEqualTo(128);
    }

    private static ModelSpec read(String json) {
        return HfConfig.read((ObjectNode) Json.tree(json), "config.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type: 'bert'       | model_type 'bert' is not supported; supported types: gpt2, llama, mistral, qwen2, qwen3, mixtral, olmoe, qwen2_moe, qwen3_moe",
                "hidden_act: 'gelu'       | hidden_act is \"gelu\"; it must be one of silu, swish",
                "quantization_config: {}  | quantization_config is {}; it is not supported",
                "rope_parameters: {'rope_type': 'longrope'} | rope_parameters.rope_type is \"longrope\"; it must be one of default, linear, dynamic, llama3, yarn",
                "rope_parameters: {'rope_type': 'linear'} | rope_parameters.factor is absent; it must be a finite number",
                "rope_parameters: {'rope_type': 'linear', 'factor': NaN} | rope_parameters.factor is NaN; it must be a finite number",
                "rope_parameters: {'rope_type': 'linear', 'factor': '2'} | rope_parameters.factor is \"2\"; it must be a finite number",
                "rope_parameters: {'rope_type': 'linear', 'factor': 0.5} | factor (0.5) must be at least 1",
                "rope_parameters: {'partial_rotary_factor': 0.5} | rope_parameters.partial_rotary_factor is 0.5; it must be 1",
                "rope_parameters: {'rope_type': 3} | rope_parameters.rope_type is 3; it must be",
                "rope_parameters: {'full_attention': {'rope_type': 'default'}} | it must not differ between layers",
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
    @CsvSource(
            delimiter = '|',
            value = {
                "olmoe     | clip_qkv: 8               | clip_qkv is 8; it is not supported",
                "olmoe     | head_dim: 16              | head_dim is 16; it must be hidden_size / num_attention_heads",
                "qwen2_moe | mlp_only_layers: 3        | mlp_only_layers is 3; it must be a list of layers",
                "qwen3_moe | mlp_only_layers: ['a']    | mlp_only_layers is [\"a\"]; it must contain whole numbers",
                "qwen2_moe | {use_sliding_window: true, sliding_window: 4} | sliding_window is 4; it must apply to every layer",
                "qwen2     | {use_sliding_window: true, sliding_window: 4, max_window_layers: 1} | sliding_window is 4; it must apply to every layer",
                "qwen3     | {use_sliding_window: true, sliding_window: 4, layer_types: [full_attention, sliding_attention]} | sliding_window is 4; it must apply to every layer",
                "mixtral   | sliding_window: 0         | sliding_window is 0; it must be positive",
                "qwen2     | layer_types: [full_attention, chunked_attention] | layer_types is [\"full_attention\",\"chunked_attention\"]; it must contain only full_attention or sliding_attention",
                "qwen2     | layer_types: [sliding_attention, full_attention] | layer_types is [\"sliding_attention\",\"full_attention\"]; it must contain only full_attention if use_sliding_window is false",
            })
    void whatOneArchitectureAddsIsReadStrictly(String type, String change, String message) {
        ObjectNode config = published(type);
        config.setAll(Yaml.parse(change, "test"));
        assertThatThrownBy(() -> HfConfig.read(config, "config.json"))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("config.json: " + message);
    }

    /** Returns a small config with only Hugging Face's keys. */
    private static ObjectNode published(String type) {
        ObjectNode config = Tiny.published().stream()
                .map(spec -> HfConfig.write(spec, type))
                .filter(written -> written.path("model_type").stringValue().equals(type))
                .findFirst()
                .orElseThrow();
        config.remove("mojave");
        return config;
    }

    /** Settings that transformers ignores, or that have no effect there, do not cause a rejection. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama     | {sliding_window: 4, use_cache: false, torch_dtype: bfloat16, dtype: null, pretraining_tp: 2, what: [1]}",
                "llama     | {rope_scaling: null, rope_parameters: null, mlp_bias: null, layer_types: [what]}",
                "llama     | {rope_scaling: {type: default}, rope_parameters: null, rope_theta: 10000}",
                "llama     | {initializer_range: 0.0, bos_token_id: [1], eos_token_id: 500}",
                "mistral   | {sliding_window: 16, attention_bias: true}",
                "mistral   | {sliding_window: 32}",
                "mixtral   | {sliding_window: 16}",
                "qwen2     | {sliding_window: 4, use_sliding_window: false, attention_bias: false, layer_types: [full_attention, full_attention]}",
                "qwen2     | {sliding_window: 4, use_sliding_window: true}", // by default the first 28 layers have no
                // window
                "qwen2     | {sliding_window: 4, use_sliding_window: true, max_window_layers: 2}",
                "qwen2     | {sliding_window: null, use_sliding_window: true, max_window_layers: 0}",
                "qwen3     | {sliding_window: 4, use_sliding_window: true, max_window_layers: 0, layer_types: [full_attention, full_attention]}",
                "qwen2_moe | {sliding_window: 4, use_sliding_window: null}",
            })
    void whatComputesTheSameIsRead(String type, String change) {
        ObjectNode config = published(type);
        ModelSpec plain = HfConfig.read(config, "config.json");
        config.setAll(Yaml.parse(change, "test"));
        assertThat(HfConfig.read(config, "config.json")).isEqualTo(plain);
    }

    /** The architectures' ways of setting it: always, by a switch for all layers, by a switch and a first layer, by a list. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mistral   | {sliding_window: 4}",
                "mixtral   | {sliding_window: 4}",
                "qwen2     | {sliding_window: 4, use_sliding_window: true, max_window_layers: 0}",
                "qwen3     | {sliding_window: 4, use_sliding_window: true, layer_types: [sliding_attention, sliding_attention]}",
                "qwen3_moe | {sliding_window: 4, use_sliding_window: true, layer_types: [full_attention]}",
                "qwen2_moe | {sliding_window: 4, use_sliding_window: true, layer_types: [sliding_attention, sliding_attention]}",
            })
    void theWindowOfEveryLayerIsRead(String type, String change) {
        ObjectNode config = published(type);
        ModelSpec plain = HfConfig.read(config, "config.json");
        config.setAll(Yaml.parse(change, "test"));
        ModelSpec windowed = HfConfig.read(config, "config.json");
        assertThat(windowed.attention().slidingWindow()).isEqualTo(4);
        assertThat(windowed.attentionSpec())
                .isEqualTo(new AttentionSpec.SlidingWindow(plain.attentionSpec().grouped(), 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mistral   | {sliding_window: 4}",
                "mixtral   | {sliding_window: 4}",
                "qwen2     | {sliding_window: 4, use_sliding_window: true, max_window_layers: 0}",
                "qwen3     | {sliding_window: 4, use_sliding_window: true, max_window_layers: 0}",
                "qwen3_moe | {sliding_window: 4, use_sliding_window: true}",
            })
    void aWindowIsWrittenWhereTheArchitectureHasOneAndReadBack(String type, String keys) {
        ObjectNode config = published(type);
        config.setAll(Yaml.parse(keys, "test"));
        ModelSpec spec = HfConfig.read(config, "config.json");
        ObjectNode written = HfConfig.writeForHuggingFace(spec, "");
        assertThat(written.path("model_type").stringValue()).isEqualTo(type);
        Yaml.parse(keys, "test")
                .properties()
                .forEach(key -> assertThat(written.path(key.getKey()).asString())
                        .as(key.getKey())
                        .isEqualTo(key.getValue().asString()));
        assertThat(HfConfig.read(written, "config.json")).isEqualTo(spec);
    }

    @Test
    void aWindowOfSomeLayersThatTheContextMeetsIsRefusedWithTheWayAroundIt() {
        ObjectNode config = published("qwen2");
        config.put("max_position_embeddings", 32_768)
                .put("use_sliding_window", true)
                .put("max_window_layers", 1);
        String rest =
                "must apply to every layer (here some layers see all tokens) or be no shorter than the context (max_position_embeddings is"
                        + " 32768); to use the model for up to 4096 tokens, where the window has no effect, set max_position_embeddings to 4096"
                        + " in config.json";
        config.put("sliding_window", 4096);
        assertThatThrownBy(() -> HfConfig.read(config, "config.json"))
                .hasMessage("config.json: sliding_window is 4096; it " + rest);
        config.remove("sliding_window");
        assertThatThrownBy(() -> HfConfig.read(config, "config.json"))
                .hasMessage("config.json: sliding_window is absent; it defaults to 4096 and " + rest);
        config.put("max_position_embeddings", 4096);
        assertThat(HfConfig.read(config, "config.json").attention().slidingWindow())
                .isNull();
    }

    @Test
    void theWindowThatMistralHasWhereItIsLeftOutIsRead() {
        ObjectNode config = published("mistral");
        config.put("max_position_embeddings", 32_768).remove("sliding_window");
        assertThat(HfConfig.read(config, "config.json").attention().slidingWindow())
                .isEqualTo(4096);
        config.putNull("sliding_window");
        assertThat(HfConfig.read(config, "config.json").attention().slidingWindow())
                .isNull();
    }

    @Test
    void aMistralStaysOneWhileItComputesWhatOneDoes() {
        ModelSpec spec = HfConfig.read(published("mistral"), "config.json");
        assertThat(HfConfig.writeForHuggingFace(spec, "mistral")
                        .path("model_type")
                        .stringValue())
                .isEqualTo("mistral");
        assertThat(HfConfig.writeForHuggingFace(spec, "").path("model_type").stringValue())
                .isEqualTo("llama");
        ModelSpec biased = HfConfig.read(published("llama").put("attention_bias", true), "config.json");
        assertThat(HfConfig.writeForHuggingFace(biased, "mistral")
                        .path("model_type")
                        .stringValue())
                .isEqualTo("llama");
    }

    /** Files from before transformers 5, written by hand or by other programs. */
    @Test
    void olderSpellingsAreRead() {
        ModelSpec spec = read("""
                {"model_type": "qwen3_moe", "vocab_size": 100, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 40, "moe_intermediate_size": 12, "num_experts": 4,
                 "num_experts_per_tok": 2, "norm_topk_prob": true, "max_position_embeddings": 64, "rope_theta": 1000000.0,
                 "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "mscale": 1.0, "mscale_all_dim": 0.5},
                 "sliding_window": 16, "use_sliding_window": false}
                """);
        assertThat(spec.frame().position().ropeTheta()).isEqualTo(1e6);
        assertThat(spec.mixture().orElseThrow().choice().numExperts()).isEqualTo(4);
        double log = Math.log(4);
        assertThat(spec.frame().position().ropeScaling())
                .isEqualTo(new RopeScaling.Yarn(4, 16, 32, 1, true, (0.1 * log + 1) / (0.05 * log + 1)));
    }

    @Test
    void whatRunsButCannotBeTrainedOrDiffersInTrainingIsSaid() {
        ObjectNode config = HfConfig.write(Tiny.published().get(3));
        config.remove("mojave");
        config.put("num_experts_per_tok", 1).put("router_jitter_noise", 0.1);
        assertThat(HfConfig.warnings(config, HfConfig.read(config, "config.json")))
                .containsExactly(
                        "the model runs but cannot be trained: norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts"
                                + " the router's gradient; set norm_topk_prob to false",
                        "router_jitter_noise is left out; it concerns only training");
        ObjectNode gpt2 = HfConfig.write(Tiny.spec("gpt2"));
        gpt2.remove("mojave");
        assertThat(HfConfig.warnings(gpt2, Tiny.spec("gpt2"))).isEmpty();
        gpt2.put("attn_pdrop", 0.3);
        assertThat(HfConfig.warnings(gpt2, Tiny.spec("gpt2"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gpt2  | position_embedding: sinusoidal | gpt2, but position_embedding is sinusoidal (gpt2 has learned); export",
                "gpt2  | {bias: false, num_key_value_heads: 2} | gpt2, but bias is off in places (gpt2 has all of them);"
                        + " num_key_value_heads is 2 (gpt2 has as many as num_attention_heads); export",
                "gpt2  | moe: {num_experts: 2, num_experts_per_tok: 2} | gpt2, but moe is there (gpt2 has no experts); export",
                "llama | {attention_bias: qkv, mlp_bias: true} | qwen2, but mlp_bias is true (qwen2 has none); export",
                "llama | {attention_bias: qkv, qk_norm: head} | qwen3, but attention_bias is qkv (qwen3 has none or all); export",
                "llama | {sliding_window: 4, attention_bias: all} | llama, but sliding_window is 4 (llama has none; mistral,",
                "gpt2  | sliding_window: 4 | gpt2, but sliding_window is 4 (gpt2 has none; mistral,",
                "llama | {sliding_window: 4, qk_norm: projection, moe: {num_experts: 2, num_experts_per_tok: 2}} | olmoe, but sliding_window is 4 (olmoe has",
                "llama | qk_norm: projection | llama, but qk_norm is projection (llama has none); export",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 1, losses: {switch_balance: 0.01}} | mixtral, but moe.norm_topk_prob is false (mixtral has true; router",
                "llama | moe: {num_experts: 2, num_experts_per_tok: 2, shared_expert_intermediate_size: 8} | qwen2_moe, but moe.shared_expert_gate is false (qwen2_moe has true); export",
            })
    void whatHuggingFaceHasNotIsRefusedWithEveryReason(String preset, String override, String message) {
        assertThatThrownBy(() -> HfConfig.writeForHuggingFace(Tiny.spec(preset, override), ""))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("nearest is " + message)
                .hasMessageEndingWith("export it with --format mojave");
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
