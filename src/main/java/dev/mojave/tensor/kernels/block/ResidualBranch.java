package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.WeightGradients;
import java.util.List;

/** A half of a pre-norm block, {@code y = x + dropout(f(norm(x)))}, as {@link BlockKernel} runs it: once, group of sequences by group. */
public abstract sealed class ResidualBranch permits AttentionBranch, FeedForwardBranch {
    ResidualBranch() {}

    /** Returns the trained tensors, in the order of their gradients. */
    abstract List<Tensor> parameters();

    /**
     * Starts a forward pass. What it makes in the scope that is open may be gone when backward runs.
     *
     * @param kept takes what backward needs
     */
    abstract Forward begin(Groups groups, Buffers kept);

    /** A forward pass. */
    interface Forward {
        /** Writes the group's rows of y, (N, D) like x. */
        void run(Groups.Group group, Matrix x, Matrix y);

        /**
         * Starts the backward pass.
         *
         * @param temporary takes what it needs until its gradients are computed
         */
        Backward back(Buffers temporary);
    }

    /** A backward pass. */
    interface Backward {
        /** Writes the group's rows of dx from those of dy, (N, D) all. */
        void run(Groups.Group group, Matrix x, Matrix dy, Matrix dx);

        /**
         * Returns the gradients of the parameters, once all groups have run; those of matrices are there when the products have run.
         *
         * @param dy all of it, as it was
         */
        List<Tensor> gradients(Matrix dy, WeightGradients products);
    }
}
