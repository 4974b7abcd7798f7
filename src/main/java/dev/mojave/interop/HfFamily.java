package dev.mojave.interop;

import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The architectures of Hugging Face that some of our models are: those that compute exactly the same. */
enum HfFamily {
    GPT2("gpt2", "GPT2LMHeadModel"),
    LLAMA("llama", "LlamaForCausalLM"),
    MISTRAL("mistral", "MistralForCausalLM"),
    QWEN2("qwen2", "Qwen2ForCausalLM"),
    QWEN3("qwen3", "Qwen3ForCausalLM"),
    MIXTRAL("mixtral", "MixtralForCausalLM"),
    OLMOE("olmoe", "OlmoeForCausalLM"),
    QWEN2_MOE("qwen2_moe", "Qwen2MoeForCausalLM"),
    QWEN3_MOE("qwen3_moe", "Qwen3MoeForCausalLM");

    private final String modelType;
    private final String architecture;

    HfFamily(String modelType, String architecture) {
        this.modelType = modelType;
        this.architecture = architecture;
    }

    String modelType() {
        return modelType;
    }

    String architecture() {
        return architecture;
    }

    /** Returns every {@code model_type}, for messages. */
    static List<String> modelTypes() {
        return Arrays.stream(values()).map(HfFamily::modelType).toList();
    }

    static Optional<HfFamily> named(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /**
     * Returns the architecture that a model is, if it is one.
     *
     * @param origin the {@code model_type} that it came with, which wins where several compute the same: Mistral and LLaMA
     */
    static Optional<HfFamily> of(ModelSpec spec, String origin) {
        HfFamily nearest = nearest(spec, origin);
        return nearest.obstacles(spec).isEmpty() ? Optional.of(nearest) : Optional.empty();
    }

    /** Returns the architecture that a model is most like; {@code origin} as in {@link #of}. */
    static HfFamily nearest(ModelSpec spec, String origin) {
        return named(origin).filter(family -> family.obstacles(spec).isEmpty()).orElseGet(() -> nearest(spec));
    }

    private static HfFamily nearest(ModelSpec spec) {
        if (spec.norm() == Norm.Kind.LAYER_NORM) {
            return GPT2;
        }
        if (spec.mixture().isEmpty()) {
            return spec.qkNorm() == QkNorm.HEAD ? QWEN3 : spec.attentionBias() == Attention.Bias.QKV ? QWEN2 : LLAMA;
        }
        if (spec.mixture().get().sharedExpertIntermediateSize() > 0) {
            return QWEN2_MOE;
        }
        return switch (spec.qkNorm()) {
            case NONE -> MIXTRAL;
            case HEAD -> QWEN3_MOE;
            case PROJECTION -> OLMOE;
        };
    }

    /** Returns what keeps a model from being of this architecture, each with the key and what the architecture has instead. */
    List<String> obstacles(ModelSpec spec) {
        Obstacles found = new Obstacles(modelType, new ArrayList<>());
        if (this == GPT2) {
            found.unless(spec.norm() == Norm.Kind.LAYER_NORM, "norm", spec.norm(), "layer_norm");
            found.unless(
                    spec.positionEmbedding() == Positions.LEARNED,
                    "position_embedding",
                    spec.positionEmbedding(),
                    "learned");
            found.unless(spec.hiddenAct() == Activation.GELU, "hidden_act", spec.hiddenAct(), "gelu");
            boolean all = spec.bias() && spec.mlpBias() && spec.attentionBias() == Attention.Bias.ALL;
            found.unless(all, "bias", "off in places", "all of them");
            found.unless(
                    spec.numKeyValueHeads() == spec.numAttentionHeads(),
                    "num_key_value_heads",
                    spec.numKeyValueHeads(),
                    "as many as num_attention_heads");
            found.unless(spec.qkNorm() == QkNorm.NONE, "qk_norm", spec.qkNorm(), "none");
            found.sharedHeads(spec);
            found.unless(spec.mixture().isEmpty(), "moe", "there", "no experts");
            found.unless(spec.parallelBlocks().isEmpty(), "parallel", "there", "no parallel blocks");
            return found.list;
        }
        found.unless(spec.parallelBlocks().isEmpty(), "parallel", "there", "no parallel blocks");
        found.unless(spec.norm() == Norm.Kind.RMS_NORM, "norm", spec.norm(), "rms_norm");
        found.unless(
                spec.positionEmbedding() == Positions.ROPE, "position_embedding", spec.positionEmbedding(), "rope");
        found.unless(spec.hiddenAct() == Activation.SWIGLU, "hidden_act", spec.hiddenAct(), "swiglu");
        found.unless(
                spec.qkNorm() == qkNorm(),
                "qk_norm",
                spec.qkNorm(),
                qkNorm().name().toLowerCase(Locale.ROOT));
        biases(spec, found);
        if (this == OLMOE) {
            found.sharedHeads(spec);
        }
        if (sparse()) {
            spec.mixture()
                    .ifPresentOrElse(moe -> mixture(moe, found), () -> found.unless(false, "moe", "absent", "experts"));
        } else {
            found.unless(spec.mixture().isEmpty(), "moe", "there", "no experts");
        }
        return found.list;
    }

    /** Returns whether it has experts. */
    private boolean sparse() {
        return switch (this) {
            case GPT2, LLAMA, MISTRAL, QWEN2, QWEN3 -> false;
            case MIXTRAL, OLMOE, QWEN2_MOE, QWEN3_MOE -> true;
        };
    }

    private QkNorm qkNorm() {
        return switch (this) {
            case GPT2, LLAMA, MISTRAL, QWEN2, MIXTRAL, QWEN2_MOE -> QkNorm.NONE;
            case OLMOE -> QkNorm.PROJECTION;
            case QWEN3, QWEN3_MOE -> QkNorm.HEAD;
        };
    }

    private void biases(ModelSpec spec, Obstacles found) {
        found.unless(this == LLAMA || !spec.mlpBias(), "mlp_bias", spec.mlpBias(), "none");
        switch (this) {
            case MISTRAL, MIXTRAL -> bias(spec, found, Attention.Bias.ALL, Attention.Bias.QKV);
            case QWEN2 -> bias(spec, found, Attention.Bias.ALL, Attention.Bias.NONE);
            case QWEN2_MOE -> bias(spec, found, Attention.Bias.ALL);
            case GPT2, LLAMA, OLMOE, QWEN3, QWEN3_MOE -> bias(spec, found, Attention.Bias.QKV);
        }
    }

    private static void bias(ModelSpec spec, Obstacles found, Attention.Bias... lacking) {
        List<Attention.Bias> has = new ArrayList<>(List.of(Attention.Bias.values()));
        has.removeAll(List.of(lacking));
        String words =
                has.stream().map(bias -> bias.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or "));
        found.unless(has.contains(spec.attentionBias()), "attention_bias", spec.attentionBias(), words);
    }

    private void mixture(MoeSpec moe, Obstacles found) {
        boolean qwen = this == QWEN2_MOE || this == QWEN3_MOE;
        boolean always = this == MIXTRAL;
        found.unless(
                moe.router() instanceof TopKRouter.Spec,
                "moe.router",
                moe.router().kind(),
                "top_k");
        found.unless(moe.capacityFactor() == null, "moe.capacity_factor", "set", "no capacity");
        found.unless(
                !always || moe.normTopkProb() || moe.numExperts() == 1,
                "moe.norm_topk_prob",
                moe.normTopkProb(),
                "true; router weights that are not divided by their sum, as with one expert a token, exist in olmoe (qk_norm:"
                        + " projection), qwen2_moe and qwen3_moe alone");
        found.unless(qwen || moe.decoderSparseStep() == 1, "moe.decoder_sparse_step", moe.decoderSparseStep(), "1");
        found.unless(qwen || moe.mlpOnlyLayers().isEmpty(), "moe.mlp_only_layers", moe.mlpOnlyLayers(), "none");
        boolean shared = moe.sharedExpertIntermediateSize() > 0;
        found.unless(
                shared == (this == QWEN2_MOE),
                "moe.shared_expert_intermediate_size",
                moe.sharedExpertIntermediateSize(),
                shared ? "no shared expert" : "one");
        found.unless(!shared || moe.sharedExpertGate(), "moe.shared_expert_gate", moe.sharedExpertGate(), "true");
    }

    private record Obstacles(String modelType, List<String> list) {
        void unless(boolean condition, String key, Object found, String wanted) {
            if (!condition) {
                String value = found instanceof Enum<?> constant
                        ? constant.name().toLowerCase(Locale.ROOT)
                        : String.valueOf(found);
                list.add(String.format(Locale.ROOT, "%s is %s (%s has %s)", key, value, modelType, wanted));
            }
        }

        void sharedHeads(ModelSpec spec) {
            unless(
                    spec.headSize() * spec.numAttentionHeads() == spec.hiddenSize(),
                    "head_dim",
                    spec.headSize(),
                    "hidden_size / num_attention_heads");
        }
    }
}
