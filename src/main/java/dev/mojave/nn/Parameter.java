package dev.mojave.nn;

import dev.mojave.tensor.Tensor;

/**
 * A tensor that training changes: by gradients, or, for the buffers of a model, by a rule of their own.
 *
 * @param name dotted path inside the model, for example {@code layers.0.attention.qkv.weight}
 * @param value float32, a leaf; it wants gradients unless it is a buffer
 * @param role what it is for, which decides how it is updated and stored
 */
public record Parameter(String name, Tensor value, Role role) {
    /** What a parameter is for. */
    public enum Role {
        /** A table of vectors that is looked up: tokens or positions. */
        EMBEDDING(true),
        /** The matrix that makes logits, where it is not the token embedding. */
        HEAD(true),
        /** A matrix (outputs, inputs) of a block that every token is multiplied with. */
        MATRIX(true),
        /** The stacked matrices (experts, outputs, inputs) of a mixture. */
        EXPERTS(true),
        /** A matrix that decides which experts a token goes to. */
        ROUTER(true),
        /** A matrix whose outputs scale what something else computes. */
        GATE(true),
        /** The scale of a norm. */
        NORM(false),
        /** A vector that is added. */
        BIAS(false),
        /** State that belongs to the model and that no gradient changes. */
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
