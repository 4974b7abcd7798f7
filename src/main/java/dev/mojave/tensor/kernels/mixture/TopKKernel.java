package dev.mojave.tensor.kernels.mixture;

import static dev.mojave.tensor.kernels.vector.VectorRows.set;
import static dev.mojave.tensor.kernels.vector.VectorRows.value;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import java.lang.foreign.MemorySegment;
import java.util.List;

// Shapes: T tokens, E experts, K choices per token.
/**
 * The K largest values of each row, largest first, ties in order of index, either unchanged or divided by their sum:
 * {@code w_k = p_k / s}, {@code s = sum p_k}, backward {@code dp_k = (dw_k - sum dw w) / s}. The indices are Java numbers, which the
 * dispatch sorts.
 */
public final class TopKKernel {
    private TopKKernel() {}

    /** The chosen indices and their values. */
    public static final class Best {
        private final Tensor weightsTK;
        private final long[] indices;

        private Best(Tensor weightsTK, long[] indices) {
            this.weightsTK = weightsTK;
            this.indices = indices;
        }

        /** Returns the K largest values, float (T, K), differentiable. */
        public Tensor weightsTK() {
            return weightsTK;
        }

        /** Returns the indices of the K largest values, row-major (T * K); the array is not copied. */
        public long[] indices() {
            return indices;
        }
    }

    /**
     * Chooses the K largest values of each row.
     *
     * @param pTE float (T, E)
     * @param normalised whether values are divided by their sum
     */
    public static Best apply(Tensor pTE, int topK, boolean normalised) {
        return Fused.supports(pTE) && pTE.size(0) > 0 ? fused(pTE, topK, normalised) : plain(pTE, topK, normalised);
    }

    /** The reference implementation in libtorch operations; its order of ties is unspecified. */
    static Best plain(Tensor pTE, int topK, boolean normalised) {
        Tensor.TopK best = pTE.topK(topK);
        Tensor values = best.values();
        return new Best(
                normalised ? values.div(values.sum(1).unsqueeze(1)) : values,
                best.indices().toLongs());
    }

    private static Best fused(Tensor input, int topK, boolean normalised) {
        Tensor pTE = input.detach().contiguous();
        int tokens = Math.toIntExact(pTE.size(0));
        int width = Math.toIntExact(pTE.size(1));
        Tensor weightsTK = Tensors.empty(DType.FLOAT32, tokens, topK);
        long[] indices = new long[tokens * topK];
        float[] divisors = new float[tokens];
        MemorySegment p = pTE.segment();
        MemorySegment weights = weightsTK.segment();
        Workers.forRanges(tokens, Math.max(1, Fused.GRAIN / width), (from, to) -> {
            for (int token = (int) from; token < to; token++) {
                float sum = choose(p, (long) token * width, width, indices, token * topK, topK);
                divisors[token] = normalised ? sum : 1;
                for (int assignment = token * topK; assignment < (token + 1) * topK; assignment++) {
                    set(weights, assignment, value(p, (long) token * width + indices[assignment]) / divisors[token]);
                }
            }
        });
        Tensor kept = weightsTK.detach();
        return new Best(
                CustomOp.attach(
                        weightsTK,
                        List.of(input),
                        dw -> List.of(backward(pTE, kept, indices, divisors, dw.contiguous(), normalised))),
                indices);
    }

    /** Writes the indices of the largest values of a row, largest first, and returns the sum of these values. */
    private static float choose(MemorySegment p, long row, int width, long[] indices, int first, int topK) {
        float sum = 0;
        for (int k = first; k < first + topK; k++) {
            int best = -1;
            for (int i = 0; i < width; i++) {
                if ((best < 0 || value(p, row + i) > value(p, row + best)) && !contains(indices, first, k, i)) {
                    best = i;
                }
            }
            indices[k] = best;
            sum += value(p, row + best);
        }
        return sum;
    }

    private static boolean contains(long[] indices, int from, int to, int index) {
        for (int i = from; i < to; i++) {
            if (indices[i] == index) {
                return true;
            }
        }
        return false;
    }

    private static Tensor backward(
            Tensor pTE, Tensor weightsTK, long[] indices, float[] divisors, Tensor dWeightsTK, boolean normalised) {
        Tensor dpTE = Tensors.zeros(DType.FLOAT32, pTE.shape());
        int width = Math.toIntExact(pTE.size(1));
        int topK = indices.length / divisors.length;
        MemorySegment dp = dpTE.segment();
        MemorySegment w = weightsTK.segment();
        MemorySegment dw = dWeightsTK.segment();
        for (int token = 0; token < divisors.length; token++) {
            float common = 0;
            for (int assignment = token * topK; normalised && assignment < (token + 1) * topK; assignment++) {
                common = Math.fma(value(w, assignment), value(dw, assignment), common);
            }
            for (int assignment = token * topK; assignment < (token + 1) * topK; assignment++) {
                set(dp, (long) token * width + indices[assignment], (value(dw, assignment) - common) / divisors[token]);
            }
        }
        return dpTE;
    }
}
