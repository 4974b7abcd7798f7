package dev.mojave.model;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.head.HeadLossKernel;
import dev.mojave.tensor.kernels.head.SoftmaxCrossEntropy;
import dev.mojave.tensor.kernels.head.TokenLosses;
import java.util.Optional;

// Shapes: B batch, S tokens, D model width, V vocabulary.
/** The layer after the blocks: the final norm and the projection to logits. */
final class Head {
    private final Norm norm;
    private final Tensor weightVD;

    /**
     * Builds the layer with parameters under {@code final_norm} and, if it is not tied, {@code head}.
     *
     * @param embeddingVD token embedding, float32 (V, D), which is also the projection if the head is tied
     */
    Head(FrameSpec frame, Tensor embeddingVD, Init init) {
        this.norm = frame.finalNorm().build(init.child("final_norm"));
        this.weightVD = frame.tied()
                ? embeddingVD
                : init.child("head").as(Role.HEAD).matrix("weight", frame.vocabulary(), frame.width());
    }

    /** Returns the weights of the final norm. */
    Norm.Weights normWeights() {
        return norm.weights();
    }

    /** Returns the projection to logits, float32 (V, D). */
    Tensor weightVD() {
        return weightVD;
    }

    /** Normalises the residual stream, float32 (B, S, D). */
    Tensor normed(Tensor xBSD) {
        return norm.forward(xBSD);
    }

    /** Projects the normalised residual stream (B, S, D) to logits, float32 (B, S, V). */
    Tensor logits(Tensor normedBSD, Context context) {
        return Linear.apply(normedBSD, weightVD, Optional.empty(), context).to(DType.FLOAT32);
    }

    /** Returns the mean cross-entropy of logits (B, S, V) in nats, over targets (B, S) that are not -100. */
    static Tensor crossEntropy(Tensor logitsBSV, Tensor targetsBS) {
        return SoftmaxCrossEntropy.apply(logitsBSV.view(-1, logitsBSV.size(2)), targetsBS.reshape(-1));
    }

    /** Returns the mean cross-entropy of the residual stream (B, S, D) in nats, with one kernel that never materialises all logits. */
    Tensor loss(Tensor xBSD, Tensor targetsBS, Context context) {
        return HeadLossKernel.apply(xBSD, targetsBS, norm.normalisation(), weightVD, context.compute());
    }

    /** Returns the negative log-likelihood of each of the B * S targets in nats, as {@link TokenLosses} computes it. */
    double[] tokenLosses(Tensor xBSD, int[] targets) {
        Tensor normedBSD = norm.forward(xBSD);
        return TokenLosses.of(normedBSD.reshape(-1, normedBSD.size(2)), weightVD, targets);
    }
}
