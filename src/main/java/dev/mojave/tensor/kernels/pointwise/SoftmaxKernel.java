package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.List;

// Shapes: N rows, E classes (few).
/**
 * Softmax over short rows, {@code p = e^z / sum e^z}, backward {@code dz = p (dp - sum dp p)}, for the probabilities of routers.
 * Exponentials are computed across rows, since a row is shorter than a vector.
 */
public final class SoftmaxKernel {
    private SoftmaxKernel() {}

    /**
     * Returns the softmax over the last dimension; differentiable.
     *
     * @param logitsNE float (N, E)
     */
    public static Tensor apply(Tensor logitsNE) {
        return Fused.supports(logitsNE) ? fused(logitsNE) : plain(logitsNE);
    }

    /** The reference implementation: libtorch's own operation. */
    public static Tensor plain(Tensor logitsNE) {
        return Functions.softmax(logitsNE, 1);
    }

    private static Tensor fused(Tensor input) {
        Tensor logitsNE = input.detach().contiguous();
        Tensor pNE = Tensors.empty(DType.FLOAT32, logitsNE.shape());
        MemorySegment z = logitsNE.segment();
        MemorySegment p = pNE.segment();
        int width = Math.toIntExact(logitsNE.size(1));
        Workers.forRanges(
                logitsNE.size(0),
                grain(width),
                (from, to) -> VectorRows.softmax(z, p, from * width, to * width, width));
        return CustomOp.attach(pNE, List.of(input), dp -> List.of(backward(pNE.detach(), dp.contiguous(), width)));
    }

    private static Tensor backward(Tensor pNE, Tensor dpNE, int width) {
        Tensor dzNE = Tensors.empty(DType.FLOAT32, pNE.shape());
        MemorySegment p = pNE.segment();
        MemorySegment dp = dpNE.segment();
        MemorySegment dz = dzNE.segment();
        Workers.forRanges(pNE.size(0), grain(width), (from, to) -> {
            for (long row = from; row < to; row++) {
                VectorRows.softmaxBackward(p, dp, dz, row * width, width);
            }
        });
        return dzNE;
    }

    private static long grain(int width) {
        return Math.max(1, Fused.GRAIN / width);
    }
}
