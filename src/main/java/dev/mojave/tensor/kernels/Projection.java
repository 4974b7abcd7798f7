package dev.mojave.tensor.kernels;

import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The weights of an affine map {@code y = x W^T + b}, as kernels take them.
 *
 * @param weightOI float32 (O, I)
 * @param biasO float32 (O), absent = none
 */
public record Projection(Tensor weightOI, Optional<Tensor> biasO) {
    /** The twin in libtorch operations. */
    Tensor plain(Tensor x) {
        return biasO.isPresent() ? Functions.linear(x, weightOI, biasO.get()) : Functions.linear(x, weightOI);
    }

    int inputs() {
        return Math.toIntExact(weightOI.size(1));
    }

    int outputs() {
        return Math.toIntExact(weightOI.size(0));
    }

    /** Returns the weights' memory, for use by any thread. */
    Rows rows() {
        return new Rows(Matrix.of(weightOI.detach()), biasO.map(b -> b.detach().segment()), inputs(), outputs());
    }

    /**
     * The map on rows in memory.
     *
     * @param weight (outputs, inputs)
     * @param bias (outputs), absent = none
     */
    record Rows(Matrix weight, Optional<MemorySegment> bias, int inputs, int outputs) {
        /** y = x W^T + b. */
        void forward(Matrix x, Matrix y, int count) {
            bias.ifPresent(b -> {
                for (int row = 0; row < count; row++) {
                    MemorySegment.copy(b, 0, y.memory(), y.row(row) * Float.BYTES, (long) outputs * Float.BYTES);
                }
            });
            Blas.multiplyTransposed(count, outputs, inputs, x, weight, bias.isPresent() ? 1 : 0, y);
        }

        /**
         * y = residual + dropout(x W^T + b); without dropout the residual stream goes through the product's accumulator.
         *
         * @param firstRow number of the first row among those that are dropped from
         */
        void forward(Matrix x, Matrix residual, Matrix y, int count, Drop drop, long firstRow) {
            if (!drop.isNone()) {
                forward(x, y, count);
                drop.apply(y, firstRow, count, outputs);
                for (int row = 0; row < count; row++) {
                    VectorMath.add(residual.memory(), residual.row(row), y.memory(), y.row(row), outputs);
                }
                return;
            }
            for (int row = 0; row < count; row++) {
                MemorySegment.copy(
                        residual.memory(),
                        residual.row(row) * Float.BYTES,
                        y.memory(),
                        y.row(row) * Float.BYTES,
                        (long) outputs * Float.BYTES);
                if (bias.isPresent()) {
                    VectorMath.add(bias.get(), 0, y.memory(), y.row(row), outputs);
                }
            }
            Blas.multiplyTransposed(count, outputs, inputs, x, weight, 1, y);
        }

        /** dx = dy W. */
        void backward(Matrix dy, Matrix dx, int count) {
            Blas.multiply(count, inputs, outputs, dy, weight, 0, dx);
        }
    }
}
