package dev.mojave.generate;

import dev.mojave.model.BlockSpec;
import dev.mojave.model.FrameSpec;
import dev.mojave.model.ModelWeights;
import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import java.util.Optional;

/**
 * The models that the decoder supports. The patterns name every component of a block, so that a new one does not compile until it
 * is listed here; models with unsupported components are read by forward passes. Dropout, jitter and the like are ignored because
 * they apply to training only.
 */
final class DecoderSupport {
    private DecoderSupport() {}

    /** Returns whether the decoder supports every layer of a model. */
    static boolean supports(ModelWeights weights) {
        return supports(weights.frame())
                && weights.layers().stream().allMatch(layer -> switch (layer) {
                    case ModelWeights.Block block -> supports(block.spec());
                    case ModelWeights.Parallel _ -> false;
                });
    }

    private static boolean supports(FrameSpec frame) {
        return switch (frame) {
            case FrameSpec(
                    int _,
                    int _,
                    int _,
                    FrameSpec.Position position,
                    boolean _,
                    Norm.Spec(Norm.Kind kind, int _, double _, boolean _),
                    double _) ->
                supports(kind)
                        && switch (position) {
                            case FrameSpec.Learned(), FrameSpec.Sinusoidal() -> true;
                            // The weights contain the scaled angles, whatever the kind of scaling.
                            case FrameSpec.Rotated(int _, double _, Optional<RopeScaling> _) -> true;
                        };
        };
    }

    private static boolean supports(BlockSpec block) {
        return switch (block) {
            case BlockSpec(
                    BlockSpec.Topology topology,
                    Norm.Spec(Norm.Kind kind, int _, double _, boolean _),
                    AttentionSpec attention,
                    BlockSpec.SecondBranch branch,
                    double _) -> supports(topology) && supports(kind) && supports(attention) && supports(branch);
        };
    }

    private static boolean supports(BlockSpec.Topology topology) {
        return switch (topology) {
            case PRE_NORM -> true;
        };
    }

    private static boolean supports(Norm.Kind kind) {
        return switch (kind) {
            case LAYER_NORM, RMS_NORM -> true;
        };
    }

    private static boolean supports(AttentionSpec attention) {
        return switch (attention) {
            case AttentionSpec.GroupedQuery(
                    int _,
                    int _,
                    int _,
                    int _,
                    Attention.Bias bias,
                    QkNorm qkNorm,
                    double _,
                    double _) -> supports(bias) && supports(qkNorm);
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery grouped, int _) -> supports(grouped);
        };
    }

    private static boolean supports(Attention.Bias bias) {
        return switch (bias) {
            case NONE, QKV, ALL -> true;
        };
    }

    private static boolean supports(QkNorm qkNorm) {
        return switch (qkNorm) {
            case NONE, HEAD, PROJECTION -> true;
        };
    }

    private static boolean supports(BlockSpec.SecondBranch branch) {
        return switch (branch) {
            case BlockSpec.Dense(FeedForward.Spec dense) -> supports(dense);
            case BlockSpec.Sparse(MoeLayer.Spec mixture) -> DecoderMixtureSupport.supports(mixture);
        };
    }

    static boolean supports(FeedForward.Spec feedForward) {
        return switch (feedForward) {
            case FeedForward.Spec(int width, int _, Activation activation, boolean _, int outputs) ->
                outputs == width
                        && switch (activation) {
                            case GELU, SWIGLU -> true;
                        };
        };
    }
}
