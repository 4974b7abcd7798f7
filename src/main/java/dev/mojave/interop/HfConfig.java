package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.Records;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code config.json} beside a model's weights: Hugging Face's keys, with {@code model_type} gpt2, llama or mixtral where that
 * architecture computes exactly what ours does and {@code mojave} elsewhere, and the whole specification under {@code mojave},
 * which is what Mojave itself reads back.
 */
public final class HfConfig {
    /** Architectures of Hugging Face that some of our models are. */
    private enum Family {
        GPT2("gpt2", "GPT2LMHeadModel"),
        LLAMA("llama", "LlamaForCausalLM"),
        MIXTRAL("mixtral", "MixtralForCausalLM"),
        MOJAVE("mojave", "MojaveForCausalLM");

        private final String modelType;
        private final String architecture;

        Family(String modelType, String architecture) {
            this.modelType = modelType;
            this.architecture = architecture;
        }
    }

    private HfConfig() {}

    /** Returns the content of config.json for a model. */
    public static ObjectNode write(ModelSpec spec) {
        Family family = family(spec);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add(family.architecture);
        config.put("model_type", family.modelType);
        config.put("torch_dtype", "float32");
        config.put("vocab_size", spec.vocabSize());
        config.put("tie_word_embeddings", spec.tieWordEmbeddings());
        config.put("initializer_range", spec.initializerRange());
        // Hugging Face's defaults name tokens of vocabularies that are not ours.
        config.putNull("bos_token_id");
        config.putNull("eos_token_id");
        switch (family) {
            case GPT2 -> gpt2(config, spec);
            case LLAMA -> {
                llama(config, spec);
                config.put("attention_bias", spec.attentionBias() == Attention.Bias.ALL);
                config.put("mlp_bias", spec.mlpBias());
            }
            case MIXTRAL -> {
                llama(config, spec);
                mixtral(config, spec.mixture().orElseThrow());
            }
            case MOJAVE -> {}
        }
        config.set("mojave", Records.tree(spec));
        return config;
    }

    private static Family family(ModelSpec spec) {
        boolean everywhere = spec.attentionBias() == Attention.Bias.ALL && spec.mlpBias();
        boolean gpt2 = spec.norm() == Norm.Kind.LAYER_NORM
                && spec.positionEmbedding() == Positions.LEARNED
                && spec.hiddenAct() == Activation.GELU
                && spec.numKeyValueHeads() == spec.numAttentionHeads()
                && spec.bias()
                && everywhere;
        boolean llama = spec.norm() == Norm.Kind.RMS_NORM
                && spec.positionEmbedding() == Positions.ROPE
                && spec.hiddenAct() == Activation.SWIGLU
                && spec.attentionBias() != Attention.Bias.QKV;
        if (spec.mixture().isEmpty()) {
            return gpt2 ? Family.GPT2 : llama ? Family.LLAMA : Family.MOJAVE;
        }
        MoeSpec moe = spec.mixture().get();
        boolean unbiased = spec.attentionBias() == Attention.Bias.NONE && !spec.mlpBias();
        // Mixtral divides by the sum of the chosen weights, whatever their number, and has no biases.
        boolean mixtral =
                llama && unbiased && moe.decoderSparseStep() == 1 && (moe.normTopkProb() || moe.numExperts() == 1);
        return mixtral ? Family.MIXTRAL : Family.MOJAVE;
    }

    private static void gpt2(ObjectNode config, ModelSpec spec) {
        config.put("n_embd", spec.hiddenSize());
        config.put("n_layer", spec.numHiddenLayers());
        config.put("n_head", spec.numAttentionHeads());
        config.put("n_inner", spec.intermediateSize());
        config.put("n_positions", spec.maxPositionEmbeddings());
        config.put("activation_function", "gelu_new");
        config.put("layer_norm_epsilon", spec.normEps());
        config.put("embd_pdrop", spec.dropout());
        config.put("attn_pdrop", spec.dropout());
        config.put("resid_pdrop", spec.dropout());
    }

    private static void llama(ObjectNode config, ModelSpec spec) {
        config.put("hidden_size", spec.hiddenSize());
        config.put("num_hidden_layers", spec.numHiddenLayers());
        config.put("num_attention_heads", spec.numAttentionHeads());
        config.put("num_key_value_heads", spec.numKeyValueHeads());
        config.put("head_dim", spec.hiddenSize() / spec.numAttentionHeads());
        config.put("intermediate_size", spec.intermediateSize());
        config.put("max_position_embeddings", spec.maxPositionEmbeddings());
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", spec.normEps());
        config.put("attention_dropout", spec.dropout());
        // Before transformers 5 the base stood alone.
        config.put("rope_theta", spec.ropeTheta());
        ObjectNode rope = config.putObject("rope_parameters");
        rope.put("rope_type", "default");
        rope.put("rope_theta", spec.ropeTheta());
    }

    private static void mixtral(ObjectNode config, MoeSpec moe) {
        config.put("num_local_experts", moe.numExperts());
        config.put("num_experts_per_tok", moe.numExpertsPerTok());
        config.put("router_aux_loss_coef", moe.losses().mixtralBalance());
        config.putNull("sliding_window");
    }

    /**
     * Rebuilds the specification: from the {@code mojave} section, or, where another program wrote the file, from Hugging Face's keys.
     *
     * @param source what messages call the file
     * @throws Failure of kind DATA if a key is missing or the model is not one that Mojave can build
     */
    public static ModelSpec read(ObjectNode config, String source) {
        JsonNode own = config.path("mojave");
        try {
            return own.isMissingNode()
                    ? new HfConfigReader(config, source).spec()
                    : Records.read(own, ModelSpec.class, source, "mojave");
        } catch (Failure e) {
            // What is wrong is a file here, not something that the user typed.
            throw Failure.data("%s", String.valueOf(e.getMessage())).because(e);
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s: %s", source, String.valueOf(e.getMessage())).because(e);
        }
    }
}
