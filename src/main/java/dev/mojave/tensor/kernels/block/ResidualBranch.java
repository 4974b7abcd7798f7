package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.WeightGradients;
import java.util.List;

/**
 * A residual branch of a pre-norm block, {@code y = x + dropout(f(norm(x)))}, which {@link BlockKernel} runs once, one group of sequences
 * after the other.
 */
public abstract sealed class ResidualBranch permits AttentionBranch, FeedForwardBranch {
    ResidualBranch() {}

    /** Returns the trained tensors, in the order of their gradients. */
    abstract List<Tensor> parameters();

    /**
     * Starts a forward pass. Objects that it creates in the open scope may have been freed when the backward pass runs.
     *
     * @param kept memory for the values that the backward pass needs
     */
    abstract Forward begin(Groups groups, Buffers kept);

    /** A forward pass. */
    interface Forward {
        /** Writes the group's rows of y, (N, D) like x. */
        void run(Groups.Group group, Matrix x, Matrix y);

        /**
         * Starts the backward pass.
         *
         * @param temporary memory for values that are needed until the gradients are computed
         */
        Backward back(Buffers temporary);
    }

    /** A backward pass. */
    interface Backward {
        /** Writes the group's rows of dx from those of dy; both are (N, D). */
        void run(Groups.Group group, Matrix x, Matrix dy, Matrix dx);

        /**
         * Returns the gradients of the parameters once all groups have run; those of matrices are complete when the products have run.
         *
         * @param dy gradients of all rows of y, unchanged
         */
        List<Tensor> gradients(Matrix dy, WeightGradients products);
    }
}
