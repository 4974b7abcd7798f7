package dev.mojave.lab.bench;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.calibration.GrowingWork;
import dev.mojave.tensor.engine.calibration.Measurement;
import java.util.List;

/** The rate of one large matrix product: the ceiling of a training step. */
final class MatmulCeiling {
    /** Sides of the square matrices, in ascending order; the largest that fits into the time budget counts. */
    private static final List<Integer> SIDES = List.of(256, 512, 1024, 2048);

    private static final long BUDGET_MILLIS = 1000;

    private MatmulCeiling() {}

    /**
     * Returns the ceiling of a step that computes in this type, in FLOPs per second. For bfloat16 this is the higher of its own
     * rate and float32's: where float32 is faster, the kernels multiply rounded factors in float32.
     */
    static double of(DType type) {
        double full = flops(measure(DType.FLOAT32));
        return type == DType.BFLOAT16 ? Math.max(full, flops(measure(type))) : full;
    }

    private static double flops(Measurement measured) {
        return measured.largest().map(point -> point.rate() * 1e9).orElse(0.0);
    }

    /**
     * Returns the rates of products of square matrices of growing size, in 1e9 FLOPs per second, as far as the time budget
     * allows.
     */
    static Measurement measure(DType type) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            return GrowingWork.measure(new Product(type, Rng.seeded(1)), BUDGET_MILLIS);
        }
    }

    private record Product(DType type, Rng rng) implements GrowingWork.Work {
        @Override
        public List<Integer> sizes() {
            return SIDES;
        }

        @Override
        public String label(int size) {
            return size + " cubed";
        }

        @Override
        public double amount(int size) {
            return 2.0 * size * size * size;
        }

        @Override
        public Runnable operation(int size) {
            Tensor a = Tensors.normal(rng, 0, 1, size, size).to(type);
            Tensor b = Tensors.normal(rng, 0, 1, size, size).to(type);
            return () -> {
                try (Scope _ = Scope.open()) {
                    Tensor _ = a.matmul(b);
                }
            };
        }
    }
}
