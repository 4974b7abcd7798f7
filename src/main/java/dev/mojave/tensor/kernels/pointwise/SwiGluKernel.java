package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.base.Check;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorElementwise;
import java.lang.foreign.MemorySegment;
import java.util.List;

// Shapes: I intermediate size.
/**
 * The gate of SwiGLU (arXiv 2002.05202): {@code y = silu(gate) * up}, {@code silu(g) = g sigmoid(g)}, where gate and up are the two
 * halves of one projection. Each direction makes one pass over the projection in place; libtorch makes two forward and four backward, keeps
 * silu(gate), and concatenates the gradients of gate and up by a copy.
 */
public final class SwiGluKernel {
    private SwiGluKernel() {}

    /**
     * Returns silu(gate) * up; differentiable.
     *
     * @param gateUp (..., 2 I): gate, then up
     * @return (..., I)
     */
    public static Tensor apply(Tensor gateUp) {
        Check.that(gateUp.size(-1) % 2 == 0, "gate and up are not two halves of %d", gateUp.size(-1));
        return Fused.supports(gateUp) ? fused(gateUp) : plain(gateUp);
    }

    /** The reference implementation in libtorch operations. */
    public static Tensor plain(Tensor gateUp) {
        List<Tensor> halves = gateUp.split(gateUp.size(-1) / 2, -1);
        return Functions.silu(halves.get(0)).mul(halves.get(1));
    }

    private static Tensor fused(Tensor input) {
        Tensor gateUp = input.detach().contiguous();
        long[] shape = gateUp.shape();
        shape[shape.length - 1] /= 2;
        int width = Math.toIntExact(shape[shape.length - 1]);
        Tensor y = Tensors.empty(DType.FLOAT32, shape);
        MemorySegment gateUps = gateUp.segment();
        MemorySegment ys = y.segment();
        Workers.forRanges(rows(y, width), grain(width), (from, to) -> {
            for (long row = from; row < to; row++) {
                VectorElementwise.swiGlu(gateUps, ys, row, width);
            }
        });
        return CustomOp.attach(y, List.of(input), dy -> List.of(backward(gateUp, dy, width)));
    }

    private static Tensor backward(Tensor gateUp, Tensor gradient, int width) {
        Tensor dy = gradient.contiguous();
        Tensor dGateUp = Tensors.empty(DType.FLOAT32, gateUp.shape());
        MemorySegment gateUps = gateUp.segment();
        MemorySegment dys = dy.segment();
        MemorySegment dGateUps = dGateUp.segment();
        Workers.forRanges(rows(dy, width), grain(width), (from, to) -> {
            for (long row = from; row < to; row++) {
                VectorElementwise.swiGluBackward(gateUps, dys, dGateUps, row, width);
            }
        });
        return dGateUp;
    }

    private static long rows(Tensor y, int width) {
        return y.elements() / width;
    }

    private static long grain(int width) {
        return Math.max(1, Fused.GRAIN / width);
    }
}
