package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.tensor.Tensor;

/** Experts as a dispatcher sees them: something that transforms rows, sorted by expert. */
@FunctionalInterface
public interface RowExperts {
    /**
     * Applies each expert to its rows.
     *
     * @param rowsRD rows sorted by expert (R, D), float32
     * @param counts rows of each expert, summing to R
     * @return a row of the result for every row, in the same order, any float dtype
     */
    Tensor forward(Tensor rowsRD, long[] counts, Context context);
}
