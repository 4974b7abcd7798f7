package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;

/**
 * Specification of one full-width transformer block. {@link ModelSpec#block} derives it from the keys of a recipe. Layers are
 * built from it, and counts, decoding and the formats of other programs depend on it alone.
 *
 * <p>Each of them uses record patterns that name every component and switches over every alternative, so that a new component or
 * alternative does not compile until each handles it.
 *
 * @param topology how the two branches join the residual stream
 * @param norm specification of the norms of both branches
 * @param attention the first branch
 * @param secondBranch the second branch
 * @param dropout dropout probability of both branches in training
 */
public record BlockSpec(
        Topology topology, Norm.Spec norm, AttentionSpec attention, SecondBranch secondBranch, double dropout) {
    /** How the branches of a block join the residual stream. */
    public enum Topology {
        /** {@code x += attention(norm(x)); x += feed_forward(norm(x))}. */
        PRE_NORM
    }

    /** The branch after attention: a feed-forward layer or a mixture. */
    public sealed interface SecondBranch {}

    /** A feed-forward layer, which applies the same weights to every token. */
    public record Dense(FeedForward.Spec feedForward) implements SecondBranch {}

    /** A mixture of experts. */
    public record Sparse(MoeLayer.Spec mixture) implements SecondBranch {}
}
