package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Workers;
import java.util.List;

/**
 * Dropout (arXiv 1207.0580) whose mask is recomputed in the backward pass instead of kept: {@link DropoutMask}. The reference
 * implementation, libtorch's dropout, draws a different mask from the same stream.
 */
public final class DropoutKernel {
    private DropoutKernel() {}

    /**
     * Zeroes each value with a probability and scales the rest by 1 / (1 - p); differentiable.
     *
     * @param x of any shape and float dtype
     * @param probability dropout probability; with 0 the result is x itself
     */
    public static Tensor apply(Tensor x, double probability) {
        return probability == 0 || !Fused.supports(x)
                ? Functions.dropout(x, probability)
                : fused(x, DropoutMask.draw(probability));
    }

    static Tensor fused(Tensor input, DropoutMask drop) {
        return CustomOp.attach(dropped(input.detach(), drop), List.of(input), dy -> List.of(dropped(dy, drop)));
    }

    /** Returns a copy of x, float32 of any shape, with elements dropped. */
    public static Tensor dropped(Tensor x, DropoutMask drop) {
        Tensor y = Tensors.empty(DType.FLOAT32, x.shape());
        if (x.elements() == 0) {
            return y;
        }
        Matrix in = Matrix.of(x.contiguous());
        Matrix out = Matrix.of(y);
        int width = out.stride();
        Workers.forRanges(
                x.elements() / width,
                Math.max(1, Fused.GRAIN / width),
                (from, to) -> drop.copy(in.fromRow(from), out.fromRow(from), from, (int) (to - from), width));
        return y;
    }
}
