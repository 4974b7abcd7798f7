package dev.mojave.interop.hf;

import dev.mojave.model.BlockSpec;
import dev.mojave.model.ExpertChoice;
import dev.mojave.model.FrameSpec;
import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.LinearExperts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the features of a model that an architecture of Hugging Face does not have. It deconstructs the specification completely,
 * so that a new component does not compile until it is handled here.
 */
final class HfObstacles {
    private final HfFamily family;
    private final List<String> found = new ArrayList<>();

    private HfObstacles(HfFamily family) {
        this.family = family;
    }

    /** Returns the obstacles, each with the key and the architecture's own setting. */
    static List<String> of(HfFamily family, ModelSpec spec) {
        HfObstacles obstacles = new HfObstacles(family);
        obstacles.model(spec);
        return obstacles.found;
    }

    private void model(ModelSpec spec) {
        switch (spec) {
            case ModelSpec(
                    ModelKeys.Frame(var _, var _, var _, ModelKeys.Position(var _, var _, var _)),
                    ModelKeys.Stack(var _, var _, var _),
                    ModelKeys.Attention(var _, var _, var _, var _, var _, var _),
                    ModelKeys.FeedForward(var _, var _, var _),
                    ModelKeys.Norm(var _, var _, var _),
                    ModelKeys.Start(var _, var _), // concerns only training
                    MoeSpec moe,
                    var parallel) -> {
                unless(parallel == null, "parallel", "there", "no parallel blocks");
                // These are derived from the keys of the other groups.
                frame(spec.frameSpec());
                spec.blocks().forEach(this::block);
                if (family.sparse()) {
                    Optional.ofNullable(moe)
                            .ifPresentOrElse(this::mixture, () -> unless(false, "moe", "absent", "experts"));
                } else {
                    unless(moe == null, "moe", "there", "no experts");
                }
            }
        }
    }

    private boolean gpt2() {
        return family == HfFamily.GPT2;
    }

    private void frame(FrameSpec frame) {
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
                    // All architectures with rotary positions support the same kinds of scaling, which HfConfigWriter
                    // writes.
                    case FrameSpec.Rotated(int _, double _, Optional<RopeScaling> _) -> Positions.ROPE;
                };
                unless(norm == family.norm(), "norm", norm, family.norm());
                unless(has == family.positions(), "position_embedding", has, family.positions());
                everywhere(!gpt2() || bias);
            }
        }
    }

    private void block(BlockSpec block) {
        switch (block) {
            case BlockSpec(
                    BlockSpec.Topology topology,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean bias),
                    AttentionSpec attention,
                    BlockSpec.SecondBranch branch,
                    double _) -> {
                switch (topology) {
                    case PRE_NORM -> {} // All architectures have it.
                }
                unless(norm == family.norm(), "norm", norm, family.norm());
                everywhere(!gpt2() || bias);
                attention(attention);
                switch (branch) {
                    case BlockSpec.Dense(FeedForward.Spec dense) -> feedForward(dense);
                    case BlockSpec.Sparse(MoeLayer.Spec mixture) -> mixture(mixture);
                }
            }
        }
    }

    private void attention(AttentionSpec attention) {
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
                unless(qkNorm == family.qkNorm(), "qk_norm", qkNorm, family.qkNorm());
                if (gpt2()) {
                    everywhere(bias == Attention.Bias.ALL);
                }
                unless(gpt2() || family.biases().contains(bias), "attention_bias", bias, words(family.biases()));
                unless(
                        !gpt2() || keyValueHeads == heads,
                        "num_key_value_heads",
                        keyValueHeads,
                        "as many as num_attention_heads");
                unless(
                        !family.sharedHeads() || (long) headSize * heads == width,
                        "head_dim",
                        headSize,
                        "hidden_size / num_attention_heads");
            }
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery grouped, int window) -> {
                attention(grouped);
                unless(
                        family.windowed(),
                        "sliding_window",
                        window,
                        "none; mistral, mixtral, qwen2, qwen3 and qwen3_moe have one");
            }
        }
    }

    private void feedForward(FeedForward.Spec feedForward) {
        switch (feedForward) {
            case FeedForward.Spec(int _, int _, FeedForward.Activation activation, boolean bias, int _) -> {
                FeedForward.Activation own = gpt2() ? FeedForward.Activation.GELU : FeedForward.Activation.SWIGLU;
                unless(activation == own, "hidden_act", activation, own);
                everywhere(!gpt2() || bias);
                unless(gpt2() || family == HfFamily.LLAMA || !bias, "mlp_bias", bias, "none");
            }
        }
    }

    /** Checks the experts of a layer; {@link #mixture(MoeSpec)} checks the rest, by the keys of the recipe. */
    private void mixture(MoeLayer.Spec mixture) {
        switch (mixture) {
            case MoeLayer.Spec(
                    var _,
                    var _,
                    ExpertBank.Spec experts,
                    MoeLayer.DispatchSpec _,
                    Optional<SharedExpert.Spec> _) -> {
                switch (experts) {
                    case Experts.Spec(int _, FeedForward.Spec each, double _) -> feedForward(each);
                    case LinearExperts.Spec _ -> unless(false, "experts", "linear", "feed-forwards");
                }
            }
        }
    }

    private void mixture(MoeSpec moe) {
        switch (moe) {
            case MoeSpec(
                    ExpertChoice(int experts, int _, boolean renormalized, var router, var _),
                    MoeSpec.Placement(int step, List<Integer> dense),
                    MoeSpec.Each(Integer _, double _),
                    MoeSpec.Shared(int shared, boolean gated),
                    MoeLayer.DispatchSpec(Dispatch.Kind dispatch, var _, double _)) -> {
                unless(router instanceof TopKRouter.Spec, "moe.router", router.kind(), "top_k");
                unless(dispatch != Dispatch.Kind.CAPACITY, "moe.capacity_factor", "set", "no capacity");
                unless(
                        family != HfFamily.MIXTRAL || renormalized || experts == 1,
                        "moe.norm_topk_prob",
                        renormalized,
                        "true; router weights that are not divided by their sum, as with one expert per token, exist only in olmoe (qk_norm:"
                                + " projection), qwen2_moe and qwen3_moe");
                boolean qwen = family == HfFamily.QWEN2_MOE || family == HfFamily.QWEN3_MOE;
                unless(qwen || step == 1, "moe.decoder_sparse_step", step, "1");
                unless(qwen || dense.isEmpty(), "moe.mlp_only_layers", dense, "none");
                unless(
                        shared > 0 == (family == HfFamily.QWEN2_MOE),
                        "moe.shared_expert_intermediate_size",
                        shared,
                        shared > 0 ? "no shared expert" : "one");
                unless(shared == 0 || gated, "moe.shared_expert_gate", gated, "true");
            }
        }
    }

    /** Adds an obstacle once, even if several layers have it. */
    private void unless(boolean condition, String key, Object has, Object wanted) {
        String text =
                String.format(Locale.ROOT, "%s is %s (%s has %s)", key, word(has), family.modelType(), word(wanted));
        if (!condition && !found.contains(text)) {
            found.add(text);
        }
    }

    private void everywhere(boolean biases) {
        unless(biases, "bias", "off in places", "all of them");
    }

    private static String word(Object value) {
        return value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : String.valueOf(value);
    }

    private static String words(List<Attention.Bias> biases) {
        return biases.stream().map(bias -> bias.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or "));
    }
}
