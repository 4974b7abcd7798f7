package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * The weights of an affine map {@code y = x W^T + b}, as kernels use them.
 *
 * @param weightOI float32 (O, I)
 * @param biasO float32 (O); empty without a bias
 */
public record Projection(Tensor weightOI, Optional<Tensor> biasO) {
    /** Returns the trained tensors, the matrix first. */
    public List<Tensor> parameters() {
        return biasO.isPresent() ? List.of(weightOI, biasO.get()) : List.of(weightOI);
    }

    /** The reference implementation in libtorch operations. */
    public Tensor plain(Tensor x) {
        return biasO.isPresent() ? Functions.linear(x, weightOI, biasO.get()) : Functions.linear(x, weightOI);
    }

    /** The reference implementation in a narrower type, which its result has too. */
    public Tensor plain(Tensor x, DType compute) {
        return compute == DType.FLOAT32
                ? plain(x)
                : new Projection(weightOI.to(compute), biasO.map(b -> b.to(compute))).plain(x.to(compute));
    }

    /** Returns I. */
    public int inputs() {
        return Math.toIntExact(weightOI.size(1));
    }

    /** Returns O. */
    public int outputs() {
        return Math.toIntExact(weightOI.size(0));
    }

    /** Returns the weights' memory, for use by any thread; rounded weights belong to the open scope. */
    public Rows rows(Precision precision) {
        return new Rows(
                precision.weights(weightOI),
                biasO.map(b -> b.detach().segment()),
                inputs(),
                outputs(),
                precision,
                precision);
    }

    /**
     * The map on rows in memory. Inputs are factors in its precision, results are float32.
     *
     * @param weight (outputs, inputs)
     * @param bias (outputs); empty without a bias
     * @param stored precision in which the weight is stored
     * @param precision precision of the products
     */
    public record Rows(
            Matrix weight,
            Optional<MemorySegment> bias,
            int inputs,
            int outputs,
            Precision stored,
            Precision precision) {
        /** Computes y = x W^T + b. */
        public void forward(Matrix x, Matrix y, int count) {
            bias.ifPresent(b -> {
                for (int row = 0; row < count; row++) {
                    MemorySegment.copy(b, 0, y.memory(), y.row(row) * Float.BYTES, (long) outputs * Float.BYTES);
                }
            });
            multiply(x, y, count, bias.isPresent() ? 1 : 0);
        }

        /**
         * Computes y = residual + dropout(x W^T + b); without dropout the product accumulates into the residual stream.
         *
         * @param firstRow index of the first row within the dropout mask
         */
        public void forward(Matrix x, Matrix residual, Matrix y, int count, DropoutMask drop, long firstRow) {
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
            multiply(x, y, count, 1);
        }

        /** Computes dx = dy W. */
        public void backward(Matrix dy, Matrix dx, int count) {
            Blas.multiply(count, inputs, outputs, dy, factors(), 0, dx);
        }

        private void multiply(Matrix x, Matrix y, int count, float beta) {
            Blas.multiplyTransposed(count, outputs, inputs, x, factors(), beta, y);
        }

        private Matrix factors() {
            return stored == precision ? weight : precision.factors(weight, Scratch.WEIGHTS, outputs, inputs);
        }
    }
}
