package dev.mojave.interop.hf;

import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.RopeScaling;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes Hugging Face's keys for models of its architectures. */
final class HfConfigWriter {
    private HfConfigWriter() {}

    static ObjectNode write(HfFamily family, ModelSpec spec) {
        ObjectNode config = start(family.modelType(), family.architecture(), spec);
        if (family == HfFamily.GPT2) {
            gpt2(config, spec);
            return config;
        }
        llama(config, spec);
        switch (family) {
            case GPT2 -> {}
            case LLAMA -> {
                config.put("attention_bias", spec.attention().attentionBias() == Attention.Bias.ALL);
                config.put("mlp_bias", spec.feedForward().mlpBias());
            }
            case MISTRAL, MIXTRAL -> config.put("sliding_window", window(spec).orElse(null));
            case QWEN2 -> qwenWindow(config, spec);
            case OLMOE -> {
                config.put("attention_bias", spec.attention().attentionBias() == Attention.Bias.ALL);
                config.putNull("clip_qkv");
                // The default is the id of a token in another vocabulary.
                config.putNull("pad_token_id");
            }
            case QWEN2_MOE ->
                config.put("qkv_bias", spec.attention().attentionBias() == Attention.Bias.QKV)
                        .put("use_sliding_window", false);
            case QWEN3, QWEN3_MOE -> {
                config.put("attention_bias", spec.attention().attentionBias() == Attention.Bias.ALL);
                qwenWindow(config, spec);
            }
        }
        spec.mixture().ifPresent(moe -> mixture(config, family, spec, moe));
        return config;
    }

    private static Optional<Integer> window(ModelSpec spec) {
        return switch (spec.attentionSpec()) {
            case AttentionSpec.GroupedQuery _ -> Optional.empty();
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery _, int window) -> Optional.of(window);
        };
    }

    /**
     * Writes the window's keys. By default transformers applies the window only after the 28th layer, so max_window_layers is 0.
     */
    private static void qwenWindow(ObjectNode config, ModelSpec spec) {
        Optional<Integer> window = window(spec);
        config.put("use_sliding_window", window.isPresent());
        window.ifPresent(tokens -> config.put("sliding_window", tokens).put("max_window_layers", 0));
    }

    /** Returns a config with the keys that every model has. */
    static ObjectNode start(String modelType, String architecture, ModelSpec spec) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add(architecture);
        config.put("model_type", modelType);
        config.put("torch_dtype", "float32");
        config.put("vocab_size", spec.vocabSize());
        config.put("tie_word_embeddings", spec.frame().tieWordEmbeddings());
        config.put("initializer_range", spec.start().initializerRange());
        // Hugging Face's defaults are ids of tokens in other vocabularies.
        config.putNull("bos_token_id");
        config.putNull("eos_token_id");
        return config;
    }

    private static void gpt2(ObjectNode config, ModelSpec spec) {
        config.put("n_embd", spec.hiddenSize());
        config.put("n_layer", spec.numHiddenLayers());
        config.put("n_head", spec.attention().numAttentionHeads());
        config.put("n_inner", spec.feedForward().intermediateSize());
        config.put("n_positions", spec.maxPositionEmbeddings());
        config.put("activation_function", "gelu_new");
        config.put("layer_norm_epsilon", spec.norm().normEps());
        config.put("embd_pdrop", spec.stack().dropout());
        config.put("attn_pdrop", spec.stack().dropout());
        config.put("resid_pdrop", spec.stack().dropout());
    }

    private static void llama(ObjectNode config, ModelSpec spec) {
        config.put("hidden_size", spec.hiddenSize());
        config.put("num_hidden_layers", spec.numHiddenLayers());
        config.put("num_attention_heads", spec.attention().numAttentionHeads());
        config.put("num_key_value_heads", spec.attention().numKeyValueHeads());
        config.put("head_dim", spec.headSize());
        config.put("intermediate_size", spec.feedForward().intermediateSize());
        config.put("max_position_embeddings", spec.maxPositionEmbeddings());
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", spec.norm().normEps());
        config.put("attention_dropout", spec.stack().dropout());
        ModelKeys.Position position = spec.frame().position();
        // Before transformers 5, rope_theta was a key of its own and the scaling was in rope_scaling.
        config.put("rope_theta", position.ropeTheta());
        ObjectNode rope = config.putObject("rope_parameters");
        rope.put("rope_type", "default");
        rope.put("rope_theta", position.ropeTheta());
        Optional.ofNullable(position.ropeScaling()).ifPresent(scaling -> {
            scaling(rope, scaling);
            ObjectNode older = rope.deepCopy();
            older.remove("rope_theta");
            config.set("rope_scaling", older);
        });
    }

    private static void scaling(ObjectNode rope, RopeScaling scaling) {
        switch (scaling) {
            case RopeScaling.Linear(double factor) ->
                rope.put("rope_type", "linear").put("factor", factor);
            case RopeScaling.Dynamic(double factor) ->
                rope.put("rope_type", "dynamic").put("factor", factor);
            case RopeScaling.Llama3 llama3 ->
                rope.put("rope_type", "llama3")
                        .put("factor", llama3.factor())
                        .put("low_freq_factor", llama3.lowFreqFactor())
                        .put("high_freq_factor", llama3.highFreqFactor())
                        .put("original_max_position_embeddings", llama3.originalMaxPositionEmbeddings());
            case RopeScaling.Yarn yarn -> {
                rope.put("rope_type", "yarn")
                        .put("factor", yarn.factor())
                        .put("original_max_position_embeddings", yarn.originalMaxPositionEmbeddings())
                        .put("beta_fast", yarn.betaFast())
                        .put("beta_slow", yarn.betaSlow())
                        .put("truncate", yarn.truncate());
                Double attention = yarn.attentionFactor();
                if (attention != null) {
                    rope.put("attention_factor", attention);
                }
            }
        }
    }

    private static void mixture(ObjectNode config, HfFamily family, ModelSpec spec, MoeSpec moe) {
        boolean mixtral = family == HfFamily.MIXTRAL;
        int expert = moe.experts().width(spec.feedForward().intermediateSize());
        config.put(mixtral ? "num_local_experts" : "num_experts", moe.choice().numExperts());
        config.put("num_experts_per_tok", moe.choice().numExpertsPerTok());
        config.put(
                "router_aux_loss_coef", moe.choice().losses().at(0, 1).getOrDefault(BalanceLoss.MIXTRAL_BALANCE, 0.0));
        if (!mixtral) {
            config.put("norm_topk_prob", moe.choice().normTopkProb());
        }
        if (mixtral || family == HfFamily.OLMOE) {
            config.put("intermediate_size", expert); // there are no dense layers, so the key means the experts' width
            return;
        }
        config.put("moe_intermediate_size", expert);
        config.put("decoder_sparse_step", moe.placement().decoderSparseStep());
        var dense = config.putArray("mlp_only_layers");
        moe.placement().mlpOnlyLayers().forEach(dense::add);
        if (family == HfFamily.QWEN2_MOE) {
            config.put("shared_expert_intermediate_size", moe.shared().sharedExpertIntermediateSize());
        }
    }
}
