package dev.mojave.interop.hf;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The supported architectures of Hugging Face. A Mojave model belongs to one if both compute exactly the same. */
public enum HfFamily {
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
     * Returns the architecture of a model; empty if no architecture is equivalent.
     *
     * @param origin the {@code model_type} of an imported model, which takes precedence if several compute the same, as Mistral
     *     and LLaMA do
     */
    public static Optional<HfFamily> of(ModelSpec spec, String origin) {
        HfFamily nearest = nearest(spec, origin);
        return nearest.obstacles(spec).isEmpty() ? Optional.of(nearest) : Optional.empty();
    }

    /** Returns the architecture nearest to a model; {@code origin} as in {@link #of}. */
    static HfFamily nearest(ModelSpec spec, String origin) {
        return named(origin).filter(family -> family.obstacles(spec).isEmpty()).orElseGet(() -> nearest(spec));
    }

    private static HfFamily nearest(ModelSpec spec) {
        if (spec.norm().kind() == Norm.Kind.LAYER_NORM) {
            return GPT2;
        }
        if (spec.mixture().isEmpty()) {
            if (spec.attention().qkNorm() == QkNorm.HEAD) {
                return QWEN3;
            }
            return switch (spec.attention().attentionBias()) {
                case QKV -> QWEN2;
                case ALL -> LLAMA;
                case NONE -> spec.attentionSpec() instanceof AttentionSpec.SlidingWindow ? MISTRAL : LLAMA;
            };
        }
        if (spec.mixture().get().shared().present()) {
            return QWEN2_MOE;
        }
        return switch (spec.attention().qkNorm()) {
            case NONE -> MIXTRAL;
            case HEAD -> QWEN3_MOE;
            case PROJECTION -> OLMOE;
        };
    }

    /**
     * Returns the obstacles to representing a model in this architecture, each with the key and the architecture's own setting.
     */
    List<String> obstacles(ModelSpec spec) {
        return HfObstacles.of(this, spec);
    }

    Norm.Kind norm() {
        return this == GPT2 ? Norm.Kind.LAYER_NORM : Norm.Kind.RMS_NORM;
    }

    Positions positions() {
        return this == GPT2 ? Positions.LEARNED : Positions.ROPE;
    }

    /** Returns whether the head size is always the width divided by the number of heads, regardless of head_dim. */
    boolean sharedHeads() {
        return switch (this) {
            case GPT2, OLMOE -> true;
            case LLAMA, MISTRAL, QWEN2, QWEN3, MIXTRAL, QWEN2_MOE, QWEN3_MOE -> false;
        };
    }

    /** Returns whether all of its layers can have a sliding window in every release of transformers. */
    boolean windowed() {
        return switch (this) {
            case MISTRAL, MIXTRAL, QWEN2, QWEN3, QWEN3_MOE -> true;
            case GPT2, LLAMA, OLMOE, QWEN2_MOE -> false;
        };
    }

    /** Returns whether it has experts. */
    boolean sparse() {
        return switch (this) {
            case GPT2, LLAMA, MISTRAL, QWEN2, QWEN3 -> false;
            case MIXTRAL, OLMOE, QWEN2_MOE, QWEN3_MOE -> true;
        };
    }

    QkNorm qkNorm() {
        return switch (this) {
            case GPT2, LLAMA, MISTRAL, QWEN2, MIXTRAL, QWEN2_MOE -> QkNorm.NONE;
            case OLMOE -> QkNorm.PROJECTION;
            case QWEN3, QWEN3_MOE -> QkNorm.HEAD;
        };
    }

    List<Attention.Bias> biases() {
        return switch (this) {
            case GPT2 -> List.of(Attention.Bias.ALL);
            case MISTRAL, MIXTRAL -> List.of(Attention.Bias.NONE);
            case QWEN2 -> List.of(Attention.Bias.QKV);
            case QWEN2_MOE -> List.of(Attention.Bias.NONE, Attention.Bias.QKV);
            case LLAMA, OLMOE, QWEN3, QWEN3_MOE -> List.of(Attention.Bias.NONE, Attention.Bias.ALL);
        };
    }
}
