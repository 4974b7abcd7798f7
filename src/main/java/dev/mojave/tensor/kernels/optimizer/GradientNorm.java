package dev.mojave.tensor.kernels.optimizer;

import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.support.Chunks;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorOptimizer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The norm of all gradients as one vector, {@code sqrt(sum g^2)}, which clipping by norm limits (arXiv 1211.5063).
 * Squares are summed in float64, chunk by chunk in a fixed order: the same bits for any number of threads.
 */
public final class GradientNorm {
    private GradientNorm() {}

    /** Returns the norm; not finite if any gradient is not. */
    public static double of(List<Tensor> gradients) {
        return Fused.supports(gradients.toArray(new Tensor[0])) ? fused(gradients) : plain(gradients);
    }

    /** The reference implementation in libtorch operations, with float64 sums. */
    public static double plain(List<Tensor> gradients) {
        double sum = 0;
        for (Tensor gradient : gradients) {
            try (Scope _ = Scope.open()) {
                sum += gradient.detach()
                        .to(dev.mojave.tensor.DType.FLOAT64)
                        .square()
                        .sum()
                        .item();
            }
        }
        return Math.sqrt(sum);
    }

    private static double fused(List<Tensor> gradients) {
        try (Scope _ = Scope.open()) {
            List<MemorySegment> segments = new ArrayList<>(gradients.size());
            for (Tensor gradient : gradients) {
                segments.add(gradient.contiguous().segment());
            }
            Chunks chunks = Chunks.of(segments);
            double[] sums = new double[chunks.count()];
            Workers.forEach(
                    sums.length,
                    i -> sums[i] =
                            VectorOptimizer.sumOfSquares(segments.get(chunks.tensor(i)), chunks.from(i), chunks.to(i)));
            double sum = 0;
            for (double part : sums) {
                sum += part;
            }
            return Math.sqrt(sum);
        }
    }
}
