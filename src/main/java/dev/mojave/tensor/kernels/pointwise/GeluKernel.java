package dev.mojave.tensor.kernels.pointwise;

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

/**
 * GELU in the tanh form of GPT-2 (arXiv 1606.08415):
 * {@code y = 0.5 x (1 + tanh(u)) = x sigmoid(2u)}, {@code u = sqrt(2 / pi) (x + 0.044715 x^3)}.
 * libtorch computes the tanh lane by lane; this kernel makes one pass at memory speed, forward and backward.
 */
public final class GeluKernel {
    private GeluKernel() {}

    /** Returns GELU of x, of any shape; differentiable. */
    public static Tensor apply(Tensor x) {
        return Fused.supports(x) ? fused(x) : plain(x);
    }

    /** The reference implementation: libtorch's own operation. */
    public static Tensor plain(Tensor x) {
        return Functions.gelu(x);
    }

    private static Tensor fused(Tensor input) {
        Tensor x = input.detach().contiguous();
        Tensor y = Tensors.empty(DType.FLOAT32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        Workers.forRanges(x.elements(), Fused.GRAIN, (from, to) -> VectorElementwise.gelu(xs, ys, from, to));
        return CustomOp.attach(y, List.of(input), dy -> List.of(backward(x, dy)));
    }

    private static Tensor backward(Tensor x, Tensor gradient) {
        Tensor dy = gradient.contiguous();
        Tensor dx = Tensors.empty(DType.FLOAT32, x.shape());
        MemorySegment xs = x.segment();
        MemorySegment dys = dy.segment();
        MemorySegment dxs = dx.segment();
        Workers.forRanges(
                x.elements(), Fused.GRAIN, (from, to) -> VectorElementwise.geluBackward(xs, dys, dxs, from, to));
        return dx;
    }
}
