package dev.mojave.interop.gguf;

import dev.mojave.model.BlockSpec;
import dev.mojave.model.FrameSpec;
import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.Capacity;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.LinearExperts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the features of a model that llama.cpp does not support. It deconstructs the specification completely, so that a new
 * component does not compile until it is handled here.
 */
final class GgufObstacles {
    private static final String OTHER_BIASES = "it has biases outside its attention";

    private final GgufArchitecture architecture;
    private final List<String> found = new ArrayList<>();

    private GgufObstacles(GgufArchitecture architecture) {
        this.architecture = architecture;
    }

    /** Returns the obstacles, each named by its key in the recipe. */
    static List<String> of(ModelSpec spec) {
        GgufObstacles obstacles = new GgufObstacles(GgufArchitecture.of(spec));
        obstacles.refuseModel(spec);
        return obstacles.found;
    }

    private void refuseModel(ModelSpec spec) {
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
                // These are derived from the keys of the other groups.
                refuseFrame(spec.frameSpec());
                refuse(parallel != null, "parallel is set");
                spec.blocks().forEach(this::refuseBlock);
                Optional.ofNullable(moe).ifPresent(mixture -> refuseMixture(mixture, spec.numHiddenLayers()));
            }
        }
    }

    private void refuseFrame(FrameSpec frame) {
        switch (frame) {
            case FrameSpec(
                    int _,
                    int _,
                    int _,
                    FrameSpec.Position position,
                    boolean _,
                    Norm.Spec(Norm.Kind norm, int _, double _, boolean _),
                    double _) -> {
                refuse(norm != Norm.Kind.RMS_NORM, "norm is not rms_norm");
                switch (position) {
                    case FrameSpec.Learned(), FrameSpec.Sinusoidal() -> refuse(true, "position_embedding is not rope");
                    case FrameSpec.Rotated(int _, double _, Optional<RopeScaling> scaling) ->
                        refuse(scaling.isPresent(), "rope_scaling is set");
                }
            }
        }
    }

    private void refuseBlock(BlockSpec block) {
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
                refuse(norm != Norm.Kind.RMS_NORM, "norm is not rms_norm");
                refuse(bias, OTHER_BIASES);
                refuseAttention(attention);
                switch (branch) {
                    case BlockSpec.Dense(FeedForward.Spec dense) -> refuseFeedForward(dense);
                    case BlockSpec.Sparse(MoeLayer.Spec mixture) -> refuseExperts(mixture);
                }
            }
        }
    }

    private void refuseAttention(AttentionSpec attention) {
        String name = architecture.key();
        switch (attention) {
            case AttentionSpec.GroupedQuery(
                    int width,
                    int heads,
                    int _,
                    int headSize,
                    Attention.Bias bias,
                    QkNorm qkNorm,
                    double _,
                    double _) -> {
                Attention.Bias own = architecture == GgufArchitecture.QWEN2 ? Attention.Bias.QKV : Attention.Bias.NONE;
                refuse(
                        bias != own,
                        "attention_bias is " + bias.name().toLowerCase(Locale.ROOT) + " (its " + name + " has "
                                + own.name().toLowerCase(Locale.ROOT) + ")");
                refuse(qkNorm == QkNorm.PROJECTION, "qk_norm is projection");
                refuse(
                        architecture == GgufArchitecture.QWEN2 && (long) headSize * heads != width,
                        "head_dim is not hidden_size / num_attention_heads (its qwen2 has that)");
            }
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery grouped, int window) -> {
                refuseAttention(grouped);
                refuse(true, "sliding_window is " + window + " (its " + name + " has none)");
            }
        }
    }

    private void refuseFeedForward(FeedForward.Spec feedForward) {
        switch (feedForward) {
            case FeedForward.Spec(int _, int _, FeedForward.Activation activation, boolean bias, int _) -> {
                refuse(activation != FeedForward.Activation.SWIGLU, "hidden_act is not swiglu");
                refuse(bias, OTHER_BIASES);
            }
        }
    }

    private void refuseExperts(MoeLayer.Spec mixture) {
        refuse(architecture != GgufArchitecture.LLAMA, "it has experts (its " + architecture.key() + " has none)");
        switch (mixture) {
            case MoeLayer.Spec(
                    RouterSpec router,
                    RouterSpec.Sizes(int _, int _, int _, boolean renormalized),
                    ExpertBank.Spec experts,
                    MoeLayer.DispatchSpec(Dispatch.Kind dispatch, Optional<Capacity> _, double _),
                    Optional<SharedExpert.Spec> shared) -> {
                refuse(!(router instanceof TopKRouter.Spec), "moe.router is not top_k");
                refuse(!renormalized, "moe.norm_topk_prob is false");
                refuse(dispatch == Dispatch.Kind.CAPACITY, "moe.dispatch drops tokens");
                refuse(shared.isPresent(), "it has a shared expert");
                switch (experts) {
                    case Experts.Spec(int _, FeedForward.Spec each, double _) -> refuseFeedForward(each);
                    case LinearExperts.Spec _ -> refuse(true, "its experts are linear");
                }
            }
        }
    }

    private void refuseMixture(MoeSpec moe, int layers) {
        refuse(!IntStream.range(0, layers).allMatch(moe::sparse), "some layers are dense");
    }

    /** Adds a reason once, even if several layers have it. */
    private void refuse(boolean wrong, String why) {
        if (wrong && !found.contains(why)) {
            found.add(why);
        }
    }
}
