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
 * What the layers of a model hand out to code that computes with their weights outside of them. The tensors stay the model's, and change
 * where it is trained on.
 *
 * @param frame what stands around the layers
 * @param embeddingVD the token embedding, float32
 * @param positionsTD what is added to it by position, absent = nothing
 * @param layers in order
 * @param finalNorm before the head
 * @param headVD the head; the embedding itself where they are tied
 */
public record ModelWeights(
        FrameSpec frame,
        Tensor embeddingVD,
        Optional<Tensor> positionsTD,
        List<Layer> layers,
        Norm.Weights finalNorm,
        Tensor headVD) {
    /** What stands between embedding and final norm. */
    public sealed interface Layer {}

    /** One block of full width, of which {@code spec} says what it computes. */
    public record Block(
            BlockSpec spec,
            Norm.Weights attentionNorm,
            Attention.Weights attention,
            Norm.Weights feedForwardNorm,
            SecondBranch secondBranch)
            implements Layer {}

    /** All layers of parallel blocks with the maps around them, whose weights nobody has asked for yet. */
    public record Parallel(ParallelSpec spec) implements Layer {}

    /** One or the other. */
    public sealed interface SecondBranch {}

    /** The same weights for every token. */
    public record Dense(FeedForward.Weights feedForward) implements SecondBranch {}

    /** A mixture of experts. */
    public record Sparse(MoeLayer.Weights mixture) implements SecondBranch {}
}
