package dev.mojave.interop;

import dev.mojave.model.BlockSpec;
import dev.mojave.model.FrameSpec;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.Capacity;
import dev.mojave.moe.Coefficients;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.ExpertBank;
import dev.mojave.moe.Experts;
import dev.mojave.moe.LinearExperts;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.RouterSpec;
import dev.mojave.moe.SharedExpert;
import dev.mojave.moe.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
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
            if (spec.qkNorm() == QkNorm.HEAD) {
                return QWEN3;
            }
            return switch (spec.attentionBias()) {
                case QKV -> QWEN2;
                case ALL -> LLAMA;
                case NONE -> spec.attention() instanceof AttentionSpec.SlidingWindow ? MISTRAL : LLAMA;
            };
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
        found.unless(spec.parallelBlocks().isEmpty(), "parallel", "there", "no parallel blocks");
        frame(spec.frame(), found);
        spec.blocks().forEach(block -> block(block, found));
        if (sparse()) {
            spec.mixture()
                    .ifPresentOrElse(moe -> mixture(moe, found), () -> found.unless(false, "moe", "absent", "experts"));
        } else {
            found.unless(spec.mixture().isEmpty(), "moe", "there", "no experts");
        }
        return found.list;
    }

    private void frame(FrameSpec frame, Obstacles found) {
        switch (frame) {
            case FrameSpec(
                    int _,
                    int _,
                    int _,
                    FrameSpec.Position position,
                    boolean _,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean bias),
                    double _) -> {
                Positions has = switch (position) {
                    case FrameSpec.Learned() -> Positions.LEARNED;
                    case FrameSpec.Sinusoidal() -> Positions.SINUSOIDAL;
                    // All that rotate stretch their angles in the same ways, which HfConfigWriter writes.
                    case FrameSpec.Rotated(int _, double _, Optional<RopeScaling> _) -> Positions.ROPE;
                };
                found.unless(norm == norm(), "norm", norm, norm());
                found.unless(has == positions(), "position_embedding", has, positions());
                found.everywhere(this != GPT2 || bias);
            }
        }
    }

    private void block(BlockSpec block, Obstacles found) {
        switch (block) {
            case BlockSpec(
                    BlockSpec.Topology topology,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean bias),
                    AttentionSpec attention,
                    BlockSpec.SecondHalf half,
                    double _) -> {
                switch (topology) {
                    case PRE_NORM -> {} // All of them have it.
                }
                found.unless(norm == norm(), "norm", norm, norm());
                found.everywhere(this != GPT2 || bias);
                attention(attention, found);
                switch (half) {
                    case BlockSpec.Dense(FeedForward.Spec dense) -> feedForward(dense, found);
                    case BlockSpec.Sparse(MoeLayer.Spec mixture) -> mixture(mixture, found);
                }
            }
        }
    }

    private void attention(AttentionSpec attention, Obstacles found) {
        switch (attention) {
            case AttentionSpec.GroupedQuery(
                    int width,
                    int heads,
                    int keyValueHeads,
                    int headSize,
                    Attention.Bias bias,
                    QkNorm qkNorm,
                    double _,
                    double _) -> {
                found.unless(qkNorm == qkNorm(), "qk_norm", qkNorm, qkNorm());
                if (this == GPT2) {
                    found.everywhere(bias == Attention.Bias.ALL);
                }
                found.unless(this == GPT2 || biases().contains(bias), "attention_bias", bias, words(biases()));
                found.unless(
                        this != GPT2 || keyValueHeads == heads,
                        "num_key_value_heads",
                        keyValueHeads,
                        "as many as num_attention_heads");
                found.unless(
                        !sharedHeads() || (long) headSize * heads == width,
                        "head_dim",
                        headSize,
                        "hidden_size / num_attention_heads");
            }
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery grouped, int window) -> {
                attention(grouped, found);
                found.unless(
                        windowed(),
                        "sliding_window",
                        window,
                        "none; mistral, mixtral, qwen2, qwen3 and qwen3_moe have one");
            }
        }
    }

    private void feedForward(FeedForward.Spec feedForward, Obstacles found) {
        switch (feedForward) {
            case FeedForward.Spec(int _, int _, Activation activation, boolean bias, int _) -> {
                Activation own = this == GPT2 ? Activation.GELU : Activation.SWIGLU;
                found.unless(activation == own, "hidden_act", activation, own);
                found.everywhere(this != GPT2 || bias);
                found.unless(this == GPT2 || this == LLAMA || !bias, "mlp_bias", bias, "none");
            }
        }
    }

    /** What the layer itself says; {@link #mixture(MoeSpec, Obstacles)} has the rest, in the words of the recipe. */
    private void mixture(MoeLayer.Spec mixture, Obstacles found) {
        switch (mixture) {
            case MoeLayer.Spec(
                    RouterSpec _,
                    RouterSpec.Sizes _,
                    ExpertBank.Spec experts,
                    MoeLayer.Travel _,
                    Optional<SharedExpert.Spec> _) -> {
                switch (experts) {
                    case Experts.Spec(int _, FeedForward.Spec each, double _) -> feedForward(each, found);
                    case LinearExperts.Spec _ -> found.unless(false, "experts", "linear", "feed-forwards");
                }
            }
        }
    }

    private Norm.Kind norm() {
        return this == GPT2 ? Norm.Kind.LAYER_NORM : Norm.Kind.RMS_NORM;
    }

    private Positions positions() {
        return this == GPT2 ? Positions.LEARNED : Positions.ROPE;
    }

    /** Returns whether its heads share the width, whatever head_dim says. */
    private boolean sharedHeads() {
        return switch (this) {
            case GPT2, OLMOE -> true;
            case LLAMA, MISTRAL, QWEN2, QWEN3, MIXTRAL, QWEN2_MOE, QWEN3_MOE -> false;
        };
    }

    /** Returns whether all of its layers can have a sliding window, in every release of transformers. */
    private boolean windowed() {
        return switch (this) {
            case MISTRAL, MIXTRAL, QWEN2, QWEN3, QWEN3_MOE -> true;
            case GPT2, LLAMA, OLMOE, QWEN2_MOE -> false;
        };
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

    private List<Attention.Bias> biases() {
        return switch (this) {
            case GPT2 -> List.of(Attention.Bias.ALL);
            case MISTRAL, MIXTRAL -> List.of(Attention.Bias.NONE);
            case QWEN2 -> List.of(Attention.Bias.QKV);
            case QWEN2_MOE -> List.of(Attention.Bias.NONE, Attention.Bias.QKV);
            case LLAMA, OLMOE, QWEN3, QWEN3_MOE -> List.of(Attention.Bias.NONE, Attention.Bias.ALL);
        };
    }

    private static String words(List<Attention.Bias> biases) {
        return biases.stream().map(bias -> bias.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or "));
    }

    private void mixture(MoeSpec moe, Obstacles found) {
        switch (moe) {
            case MoeSpec(
                    int experts,
                    int _,
                    boolean renormalized,
                    int step,
                    List<Integer> dense,
                    Integer _,
                    int shared,
                    boolean gated,
                    RouterSpec router,
                    Coefficients _,
                    Dispatch.Kind dispatch,
                    Capacity _,
                    double _,
                    double _) -> {
                found.unless(router instanceof TopKRouter.Spec, "moe.router", router.kind(), "top_k");
                found.unless(dispatch != Dispatch.Kind.CAPACITY, "moe.capacity_factor", "set", "no capacity");
                found.unless(
                        this != MIXTRAL || renormalized || experts == 1,
                        "moe.norm_topk_prob",
                        renormalized,
                        "true; router weights that are not divided by their sum, as with one expert a token, exist in olmoe (qk_norm:"
                                + " projection), qwen2_moe and qwen3_moe alone");
                boolean qwen = this == QWEN2_MOE || this == QWEN3_MOE;
                found.unless(qwen || step == 1, "moe.decoder_sparse_step", step, "1");
                found.unless(qwen || dense.isEmpty(), "moe.mlp_only_layers", dense, "none");
                found.unless(
                        shared > 0 == (this == QWEN2_MOE),
                        "moe.shared_expert_intermediate_size",
                        shared,
                        shared > 0 ? "no shared expert" : "one");
                found.unless(shared == 0 || gated, "moe.shared_expert_gate", gated, "true");
            }
        }
    }

    private record Obstacles(String modelType, List<String> list) {
        /** Adds an obstacle once, however many layers have it. */
        void unless(boolean condition, String key, Object found, Object wanted) {
            String text = String.format(Locale.ROOT, "%s is %s (%s has %s)", key, word(found), modelType, word(wanted));
            if (!condition && !list.contains(text)) {
                list.add(text);
            }
        }

        void everywhere(boolean biases) {
            unless(biases, "bias", "off in places", "all of them");
        }

        private static String word(Object value) {
            return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : String.valueOf(value);
        }
    }
}
