package dev.mojave.lab.bench;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;

/** The rate of one large matrix product: what a perfect training step could reach. */
final class MatmulCeiling {
    private static final int SIDE = 2048;
    private static final int RUNS = 6;

    private MatmulCeiling() {}

    /** Returns the best of {@value #RUNS} products of square matrices of side {@value #SIDE}, in FLOPs per second. */
    static double measure(DType type) {
        double best = 0;
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Rng rng = Rng.seeded(1);
            Tensor a = Tensors.normal(rng, 0, 1, SIDE, SIDE).to(type);
            Tensor b = Tensors.normal(rng, 0, 1, SIDE, SIDE).to(type);
            for (int run = 0; run < RUNS; run++) {
                try (Scope _ = Scope.open()) {
                    long start = System.nanoTime();
                    Tensor _ = a.matmul(b);
                    best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start) * 1e9);
                }
            }
        }
        return best;
    }
}
