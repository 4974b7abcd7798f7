package dev.mojave.tensor.kernels;

import dev.mojave.base.Check;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * The gate of SwiGLU (arXiv 2002.05202): {@code y = silu(gate) * up}, {@code silu(g) = g sigmoid(g)}. One pass each way, where
 * libtorch makes two forward and four backward and keeps silu(gate) in memory.
 */
public final class SwiGluKernel {
    private SwiGluKernel() {}

    /** Returns silu(gate) * up, both of one shape; differentiable in both. */
    public static Tensor apply(Tensor gate, Tensor up) {
        Check.that(
                Arrays.equals(gate.shape(), up.shape()),
                "gate %s and up %s must have one shape",
                Arrays.toString(gate.shape()),
                Arrays.toString(up.shape()));
        return Fused.takes(gate, up) ? fused(gate, up) : plain(gate, up);
    }

    /** The twin in libtorch operations. */
    static Tensor plain(Tensor gate, Tensor up) {
        return Functions.silu(gate).mul(up);
    }

    private static Tensor fused(Tensor gateInput, Tensor upInput) {
        Tensor gate = gateInput.detach().contiguous();
        Tensor up = upInput.detach().contiguous();
        Tensor y = Tensors.empty(DType.FLOAT32, gate.shape());
        MemorySegment gates = gate.segment();
        MemorySegment ups = up.segment();
        MemorySegment ys = y.segment();
        Workers.forRanges(y.elements(), Fused.GRAIN, (from, to) -> VectorElementwise.swiGlu(gates, ups, ys, from, to));
        return CustomOp.attach(y, List.of(gateInput, upInput), dy -> backward(gate, up, dy));
    }

    private static List<Tensor> backward(Tensor gate, Tensor up, Tensor gradient) {
        Tensor dy = gradient.contiguous();
        Tensor dGate = Tensors.empty(DType.FLOAT32, gate.shape());
        Tensor dUp = Tensors.empty(DType.FLOAT32, gate.shape());
        MemorySegment gates = gate.segment();
        MemorySegment ups = up.segment();
        MemorySegment dys = dy.segment();
        MemorySegment dGates = dGate.segment();
        MemorySegment dUps = dUp.segment();
        Workers.forRanges(
                gate.elements(),
                Fused.GRAIN,
                (from, to) -> VectorElementwise.swiGluBackward(gates, ups, dys, dGates, dUps, from, to));
        return List.of(dGate, dUp);
    }
}
