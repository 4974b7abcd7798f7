package dev.mojave.lab.bench;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;

/** Memory bandwidth of a copy on all threads: the ceiling of a pass that reads and writes arrays. */
final class CopyBandwidth {
    private static final int RUNS = 8;

    private CopyBandwidth() {}

    /** Returns the best of {@value #RUNS} copies of a block of the given size, in bytes read plus bytes written per second. */
    static double measure(long bytes) {
        double best = 0;
        try (Scope _ = Scope.open()) {
            long elements = Math.max(1, bytes / Float.BYTES);
            Tensor from = Tensors.ones(DType.FLOAT32, elements);
            Tensor to = Tensors.zeros(DType.FLOAT32, elements);
            for (int run = 0; run < RUNS; run++) {
                long start = System.nanoTime();
                to.copyInPlace(from);
                best = Math.max(best, 2.0 * elements * Float.BYTES / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }
}
