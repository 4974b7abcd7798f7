package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.tensor.Tensor;
import java.util.List;
import java.util.Optional;

// Shapes: V vocabulary, D model width, T context.
/**
 * The weights of a model, for code that computes with them outside the layers. The model still owns the tensors, and further
 * training changes them.
 *
 * @param frame specification of embedding, positions, final norm and head
 * @param embeddingVD token embedding, float32 (V, D)
 * @param positionsTD position table that is added to it, float32 (T, D); empty if positions are rotary
 * @param layers layers in order
 * @param finalNorm norm before the head
 * @param headVD projection to logits, float32 (V, D); the same tensor as the embedding if they are tied
 */
public record ModelWeights(
        FrameSpec frame,
        Tensor embeddingVD,
        Optional<Tensor> positionsTD,
        List<Layer> layers,
        Norm.Weights finalNorm,
        Tensor headVD) {
    /** A layer between embedding and final norm. */
    public sealed interface Layer {}

    /** One full-width block, specified by {@code spec}. */
    public record Block(
            BlockSpec spec,
            Norm.Weights attentionNorm,
            Attention.Weights attention,
            Norm.Weights feedForwardNorm,
            SecondBranch secondBranch)
            implements Layer {}

    /** All layers of parallel blocks with the projections around them; their weights are not exposed. */
    public record Parallel(ParallelSpec spec) implements Layer {}

    /** The branch after attention: a feed-forward layer or a mixture. */
    public sealed interface SecondBranch {}

    /** A feed-forward layer, which applies the same weights to every token. */
    public record Dense(FeedForward.Weights feedForward) implements SecondBranch {}

    /** A mixture of experts. */
    public record Sparse(MoeLayer.Weights mixture) implements SecondBranch {}
}
