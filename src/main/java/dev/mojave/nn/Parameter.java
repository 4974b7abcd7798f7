package dev.mojave.nn;

import dev.mojave.tensor.Tensor;

/**
 * A tensor that training updates: from its gradient or, if it is a buffer, by a rule of the layer that owns it.
 *
 * @param name dotted path in the model, for example {@code layers.0.attention.qkv.weight}
 * @param value float32 leaf tensor; it requires gradients unless it is a buffer
 * @param role purpose of the parameter, which decides how it is updated and stored
 */
public record Parameter(String name, Tensor value, Role role) {
    /** The purpose of a parameter. */
    public enum Role {
        /** A lookup table of vectors: tokens or positions. */
        EMBEDDING(true),
        /** The matrix that computes logits, if it is not tied to the token embedding. */
        HEAD(true),
        /** A matrix (outputs, inputs) of a block, applied to every token. */
        MATRIX(true),
        /** The stacked matrices (experts, outputs, inputs) of a mixture. */
        EXPERTS(true),
        /** A matrix that decides which experts a token goes to. */
        ROUTER(true),
        /** A matrix whose outputs scale those of another layer. */
        GATE(true),
        /** The scale of a norm. */
        NORM(false),
        /** A vector that is added to a layer's output. */
        BIAS(false),
        /** State of the model that is not trained by gradients. */
        BUFFER(false);

        private final boolean decays;

        Role(boolean decays) {
            this.decays = decays;
        }
    }

    /** Returns whether weight decay applies: matrices and embeddings decay, biases and norms do not. */
    public boolean decays() {
        return role.decays;
    }
}
