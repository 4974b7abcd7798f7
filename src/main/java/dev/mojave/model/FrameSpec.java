package dev.mojave.model;

import dev.mojave.nn.Norm;
import dev.mojave.nn.RopeScaling;
import java.util.Optional;

/**
 * Specification of the parts around a model's blocks: embedding, positions, final norm and head. {@link ModelSpec#frameSpec}
 * derives it from the keys of a recipe. As with {@link BlockSpec}, code that counts, decodes or exports models names every
 * component in a record pattern.
 *
 * @param vocabulary number of tokens in the vocabulary
 * @param width width of the residual stream
 * @param context context length in tokens
 * @param position how positions are encoded
 * @param tied whether the head is the token embedding
 * @param finalNorm norm before the head
 * @param dropout dropout probability of the embeddings in training
 */
public record FrameSpec(
        int vocabulary, int width, int context, Position position, boolean tied, Norm.Spec finalNorm, double dropout) {
    /** How positions are encoded. */
    public sealed interface Position {}

    /** A trained vector per position is added to the token embedding (GPT-2). */
    public record Learned() implements Position {}

    /** A fixed vector of sines and cosines per position is added to the token embedding (arXiv 1706.03762). */
    public record Sinusoidal() implements Position {}

    /**
     * Queries and keys are rotated (arXiv 2104.09864).
     *
     * @param headSize channels per head
     * @param theta base of the angles
     * @param scaling scaling of the angles; empty if they are not scaled
     */
    public record Rotated(int headSize, double theta, Optional<RopeScaling> scaling) implements Position {}
}
