package dev.mojave.lab.bench;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import java.util.List;

/** Bandwidth of reading memory on all threads: the ceiling of autoregressive decoding. */
final class ReadBandwidth {
    private static final int RUNS = 8;

    private ReadBandwidth() {}

    /**
     * Returns the best of {@value #RUNS} passes over a block of memory, in bytes per second.
     *
     * @param bytes size of the block; as large as the data that the measured work reads, since part of it may stay in a cache
     */
    static double measure(long bytes) {
        double best = 0;
        try (Scope _ = Scope.open()) {
            Tensor block = Tensors.ones(DType.FLOAT32, Math.max(1, bytes / Float.BYTES));
            for (int run = 0; run < RUNS; run++) {
                long start = System.nanoTime();
                GradientNorm.of(List.of(block));
                best = Math.max(best, block.elements() * Float.BYTES / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }
}
