package dev.mojave.model;

import dev.mojave.nn.Norm;
import dev.mojave.nn.RopeScaling;
import java.util.Optional;

/**
 * What a model has around its blocks: embedding, positions, final norm and head. {@link ModelSpec#frame} derives it from the keys of a
 * recipe. As with {@link BlockSpec}, whoever counts, decodes or exports models takes it apart in full and does what it does for what it
 * names.
 *
 * @param vocabulary tokens in the vocabulary
 * @param width of the residual stream
 * @param context length in tokens
 * @param position how positions enter
 * @param tied whether the head is the token embedding
 * @param finalNorm before the head
 * @param dropout probability on embeddings in training
 */
public record FrameSpec(
        int vocabulary, int width, int context, Position position, boolean tied, Norm.Spec finalNorm, double dropout) {
    /** How positions enter. */
    public sealed interface Position {}

    /** A trained vector per position is added to the embedding. */
    public record Learned() implements Position {}

    /** A fixed vector per position is added to the embedding. */
    public record Sinusoidal() implements Position {}

    /**
     * Queries and keys are rotated.
     *
     * @param headSize values that are rotated by different angles
     * @param theta base of the angles
     * @param scaling how the angles are stretched, if they are
     */
    public record Rotated(int headSize, double theta, Optional<RopeScaling> scaling) implements Position {}
}
