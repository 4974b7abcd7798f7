package dev.mojave.tensor.kernels.block;

import dev.mojave.base.Check;
import dev.mojave.tensor.Tensor;
import java.util.Optional;

/**
 * The settings of attention other than its weights.
 *
 * @param heads query heads H
 * @param keyValueHeads K, which divides H: heads share keys and values in groups
 * @param headSize C
 * @param rotation cosines and sines of positions for queries and keys; empty without rotary positions
 */
public record AttentionShape(int heads, int keyValueHeads, int headSize, Optional<Rotation> rotation) {
    /**
     * Rotary position embedding (arXiv 2104.09864) in the layout that pairs element i with element i + C / 2.
     *
     * @param cosTC float32 (T, C / 2)
     * @param sinTC float32 (T, C / 2)
     */
    public record Rotation(Tensor cosTC, Tensor sinTC) {}

    /** Checks that query heads divide evenly among key-value heads. */
    public AttentionShape {
        Check.that(
                heads > 0 && keyValueHeads > 0 && heads % keyValueHeads == 0,
                "%d heads cannot share %d keys and values",
                heads,
                keyValueHeads);
    }

    int group() {
        return heads / keyValueHeads;
    }

    int queryWidth() {
        return heads * headSize;
    }

    /** Returns the width of the fused projection of queries, keys and values. */
    int projected() {
        return (heads + 2 * keyValueHeads) * headSize;
    }

    float scale() {
        return (float) (1 / Math.sqrt(headSize));
    }
}
