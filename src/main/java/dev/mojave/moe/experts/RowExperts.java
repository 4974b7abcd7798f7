package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.tensor.Tensor;

/** The experts from the dispatcher's point of view: a function of rows that are sorted by expert. */
@FunctionalInterface
public interface RowExperts {
    /**
     * Applies each expert to its rows.
     *
     * @param rowsRD rows sorted by expert (R, D), float32
     * @param counts number of rows of each expert, with sum R
     * @return one output row per row, in the same order, any float dtype
     */
    Tensor forward(Tensor rowsRD, long[] counts, Context context);
}
