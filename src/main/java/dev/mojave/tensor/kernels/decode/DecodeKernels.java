package dev.mojave.tensor.kernels.decode;

import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorDecode;
import dev.mojave.tensor.kernels.vector.VectorElementwise;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The operations on one token other than matrix products, on float32 memory. They run if {@code Engine.current().fused()}; the reference
 * implementation is a whole forward pass of one token in libtorch operations.
 */
public final class DecodeKernels {
    private DecodeKernels() {}

    /** Computes RMSNorm of {@code size} values, starting at an element: {@code y = x / sqrt(mean(x^2) + eps) * w}; y may be x. */
    public static void rmsNorm(MemorySegment x, MemorySegment w, MemorySegment y, long from, int size, double eps) {
        VectorDecode.rmsNorm(x, w, y, from, size, eps);
    }

    /** Computes LayerNorm: {@code y = (x - mean) / sqrt(var + eps) * w + b}. */
    public static void layerNorm(
            MemorySegment x, MemorySegment w, Optional<MemorySegment> b, MemorySegment y, int size, double eps) {
        VectorDecode.layerNorm(x, w, y, size, eps);
        b.ifPresent(bias -> VectorDecode.add(y, bias, 0, size));
    }

    /** Rotates a head of {@code 2 half} values, starting at an element, by the angles that start at another element of cosines and sines. */
    public static void rotate(
            MemorySegment x, long from, int half, MemorySegment cosines, MemorySegment sines, long angles) {
        VectorDecode.rotate(x, from, half, cosines, sines, angles);
    }

    /**
     * Computes attention of one token, heads in parallel: {@code softmax(q k^T / sqrt(C)) v}, where groups of query heads share keys and
     * values.
     *
     * @param q queries (H, C)
     * @param keys of one layer (K, capacity, C)
     * @param values like the keys
     * @param tokens number of valid keys and values
     * @param capacity distance of two heads in memory, in tokens
     * @param scores scratch memory (H, capacity)
     * @param y output (H, C)
     */
    public static void attend(
            MemorySegment q,
            MemorySegment keys,
            MemorySegment values,
            int heads,
            int keyValueHeads,
            int size,
            int tokens,
            int capacity,
            MemorySegment scores,
            MemorySegment y) {
        int group = heads / keyValueHeads;
        Workers.forEach(
                heads,
                head -> VectorDecode.attend(
                        q,
                        (long) head * size,
                        keys,
                        values,
                        (long) (head / group) * capacity * size,
                        tokens,
                        size,
                        scores,
                        (long) head * capacity,
                        y));
    }

    /** Computes the tanh form of GELU; y may be x. */
    public static void gelu(MemorySegment x, MemorySegment y, int size) {
        VectorElementwise.gelu(x, y, 0, size);
    }

    /** Computes {@code y = silu(gate) * up}, where x holds gate, then up. */
    public static void swiGlu(MemorySegment x, MemorySegment y, int size) {
        VectorElementwise.swiGlu(x, y, 0, size);
    }

    /** Computes {@code y += factor x}. */
    public static void addScaled(float factor, MemorySegment x, MemorySegment y, int size) {
        VectorDecode.axpy(factor, x, 0, y, 0, size);
    }
}
