package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.ColumnSums;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorNorm;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: N rows (tokens), D width.
/**
 * LayerNorm (arXiv 1607.06450), {@code y = (x - mean) / sqrt(var + eps) w + b}, or RMSNorm (arXiv 1910.07467),
 * {@code y = x / sqrt(mean(x^2) + eps) w}, over the last dimension. Each direction makes two passes over a row in the core's cache, and two
 * floats per row are kept for the backward pass; libtorch computes RMSNorm as a chain of six operations. Sums over rows are added in the
 * order of tasks.
 *
 * @param centred whether the mean is subtracted, as in LayerNorm
 * @param weightD float32 (D)
 * @param biasD float32 (D); empty without a bias, as in RMSNorm
 * @param eps added to the variance or mean square
 */
public record Normalisation(boolean centred, Tensor weightD, Optional<Tensor> biasD, double eps) {
    /** Returns the normalised x, float32 of any shape that ends in D; differentiable. */
    public Tensor apply(Tensor x) {
        return Fused.supports(x, weightD) ? fused(x) : plain(x);
    }

    /** The reference implementation: libtorch's own operations. */
    public Tensor plain(Tensor x) {
        return centred ? Functions.layerNorm(x, weightD, biasD, eps) : Functions.rmsNorm(x, weightD, eps);
    }

    private Tensor fused(Tensor input) {
        Tensor x = input.detach().contiguous();
        Rows rows = rows();
        int count = Math.toIntExact(x.elements() / rows.width());
        Tensor y = Tensors.empty(DType.FLOAT32, x.shape());
        Tensor keptN2 = Tensors.empty(DType.FLOAT32, count, 2);
        Matrix in = Matrix.of(x);
        Matrix out = Matrix.of(y);
        MemorySegment kept = keptN2.segment();
        Workers.forRanges(
                count,
                grain(),
                (from, to) -> rows.forward(in.fromRow(from), out.fromRow(from), kept, (int) from, (int) (to - from)));
        List<Tensor> inputs = new ArrayList<>(List.of(input));
        inputs.addAll(parameters());
        return CustomOp.attach(y, inputs, dy -> backward(x, keptN2, dy.contiguous()));
    }

    private List<Tensor> backward(Tensor x, Tensor keptN2, Tensor dy) {
        Rows rows = rows();
        int count = Math.toIntExact(x.elements() / rows.width());
        int grain = (int) grain();
        Tensor dx = Tensors.zeros(DType.FLOAT32, x.shape());
        ColumnSums sums = new ColumnSums((count + grain - 1) / grain, rows.sums());
        Matrix in = Matrix.of(x);
        Matrix dIn = Matrix.of(dx);
        Matrix dOut = Matrix.of(dy);
        MemorySegment kept = keptN2.segment();
        Workers.forRanges(count, grain, (from, to) -> {
            int n = (int) (to - from);
            Matrix again = Scratch.matrix(0, n, rows.width());
            rows.backward(
                    in.fromRow(from),
                    dOut.fromRow(from),
                    dIn.fromRow(from),
                    again,
                    kept,
                    (int) from,
                    n,
                    sums.ofTask((int) (from / grain)));
        });
        List<Tensor> gradients = new ArrayList<>(List.of(dx));
        gradients.addAll(gradients(sums, 0));
        return gradients;
    }

    private long grain() {
        return Math.max(1, Fused.GRAIN / weightD.elements());
    }

    /** Returns the trained tensors, in the order of {@link #gradients}. */
    public List<Tensor> parameters() {
        return biasD.isPresent() ? List.of(weightD, biasD.get()) : List.of(weightD);
    }

    /** Returns the gradients of the trained tensors from sums over rows, which start at a column. */
    public List<Tensor> gradients(ColumnSums sums, int column) {
        int width = Math.toIntExact(weightD.elements());
        Tensor dWeight = sums.gradient(weightD, column);
        return biasD.isPresent() ? List.of(dWeight, sums.gradient(biasD.get(), column + width)) : List.of(dWeight);
    }

    /** Returns the weights' memory, for use by any thread. */
    public Rows rows() {
        return new Rows(new VectorNorm.Weights(
                centred,
                weightD.detach().segment(),
                biasD.map(b -> b.detach().segment()),
                (float) eps,
                Math.toIntExact(weightD.elements())));
    }

    /** The normalisation of rows in memory. */
    public record Rows(VectorNorm.Weights weights) {
        /** Returns the number of elements per row. */
        public int width() {
            return weights.width();
        }

        /** Returns the number of sums over rows to which {@link #backward} adds: those of dw, followed by those of db. */
        public int sums() {
            return weights.bias().isPresent() ? 2 * width() : width();
        }

        /** Computes y = norm(x); two floats per row are kept, starting at row {@code first} of their memory. */
        public void forward(Matrix x, Matrix y, MemorySegment kept, int first, int count) {
            for (int row = 0; row < count; row++) {
                VectorNorm.Kept of = new VectorNorm.Kept(kept, first + row);
                VectorNorm.forward(weights, x.memory(), x.row(row), y.memory(), y.row(row), of);
            }
        }

        /** Adds the gradient through the normalisation to dx, and to the sums; y is recomputed. */
        public void backward(
                Matrix x, Matrix dy, Matrix dx, Matrix y, MemorySegment kept, int first, int count, Matrix sums) {
            for (int row = 0; row < count; row++) {
                VectorNorm.Kept of = new VectorNorm.Kept(kept, first + row);
                MemorySegment from = x.memory();
                long at = x.row(row);
                MemorySegment d = dy.memory();
                long dAt = dy.row(row);
                VectorNorm.sums(weights, from, at, d, dAt, y.memory(), y.row(row), of, sums.memory(), sums.offset());
                VectorNorm.backward(weights, from, at, d, dAt, dx.memory(), dx.row(row), of);
            }
        }
    }
}
