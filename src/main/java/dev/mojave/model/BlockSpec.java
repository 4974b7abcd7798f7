package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;

/**
 * What one transformer block of full width computes. {@link ModelSpec#block} derives it from the keys of a recipe; layers are built from
 * it, and counts, decoding and the formats of other programs ask it and nothing else about a block.
 *
 * <p>Each of them takes it apart in full, by record patterns with every component and switches over every alternative, and does what it
 * does for what it names: a new component or alternative does not compile until each has answered.
 *
 * @param topology how the two halves join the residual stream
 * @param norm of both halves
 * @param attention the first half
 * @param half the second half
 * @param dropout probability on both branches in training
 */
public record BlockSpec(Topology topology, Norm.Spec norm, AttentionSpec attention, SecondBranch secondBranch, double dropout) {
    /** How the halves of a block join the residual stream. */
    public enum Topology {
        /** {@code x += attention(norm(x)); x += feed_forward(norm(x))}. */
        PRE_NORM
    }

    /** One or the other. */
    public sealed interface SecondBranch {}

    /** The same weights for every token. */
    public record Dense(FeedForward.Spec feedForward) implements SecondBranch {}

    /** A mixture of experts. */
    public record Sparse(MoeLayer.Spec mixture) implements SecondBranch {}
}
