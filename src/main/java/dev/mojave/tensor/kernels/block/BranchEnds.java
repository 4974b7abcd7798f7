package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.ColumnSums;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.WeightGradients;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: N tokens, D model width.
/**
 * The parts of the backward pass that the branches of a block share: {@code y = x + dropout(last(...first(norm(x))))}. The gradients of a
 * group enter through the last projection and leave through the first, the norm and the residual; sums over tokens give the gradients of
 * norm and biases.
 */
final class BranchEnds {
    /** The outer parts of a branch. */
    record Parts(Normalisation norm, Projection first, Projection last, DropoutMask drop, Precision precision) {
        List<Tensor> parameters() {
            List<Tensor> all = new ArrayList<>(norm.parameters());
            all.addAll(first.parameters());
            all.addAll(last.parameters());
            return all;
        }
    }

    private final Parts parts;
    private final int rows;
    private final int width;
    private final Normalisation.Rows norm;
    private final Projection.Rows first;
    private final Projection.Rows last;
    private final MemorySegment keptN2;
    private final Matrix normed;
    private final Optional<Matrix> branch;
    private final int firstAt;
    private final int lastAt;
    private final ColumnSums sums;

    /**
     * Starts a backward pass.
     *
     * @param keptN2 statistics that the norm kept, (N, 2)
     * @param temporary memory for values that are needed until the gradients are computed
     */
    BranchEnds(Parts parts, Groups groups, MemorySegment keptN2, Buffers temporary) {
        this.parts = parts;
        this.rows = groups.rows();
        this.width = parts.first.inputs();
        this.norm = parts.norm.rows();
        this.first = parts.first.rows(parts.precision);
        this.last = parts.last.rows(parts.precision);
        this.keptN2 = keptN2;
        this.normed = Matrix.of(temporary, rows, width);
        // The incoming gradient must not be modified.
        boolean own = parts.precision != Precision.FULL || !parts.drop.isNone();
        this.branch = own ? Optional.of(Matrix.of(temporary, rows, width)) : Optional.empty();
        this.firstAt = norm.sums();
        this.lastAt = firstAt + (parts.first.biasO().isPresent() ? parts.first.outputs() : 0);
        this.sums = new ColumnSums(groups.tasks(), lastAt + (parts.last.biasO().isPresent() ? width : 0));
    }

    /** Writes the gradient of the last projection's input for a range of rows, from the rows of dy (N, D). */
    void enter(int from, int count, Matrix dy, Matrix dInner) {
        branch.ifPresent(own -> parts.drop.copy(dy.fromRow(from), own.fromRow(from), from, count, width));
        Matrix dBranch = branch.orElse(dy).fromRow(from);
        last.backward(parts.precision.factors(dBranch, Scratch.FACTORS, count, width), dInner, count);
    }

    /** Writes rows of dx (N, D) from the gradient of the first projection's output, which may be rounded to factors in place. */
    void leave(int task, int from, int count, Matrix dFirst, Matrix x, Matrix dy, Matrix dx) {
        Matrix dBranch = branch.orElse(dy).fromRow(from);
        Matrix dNormed = Scratch.matrix(1, count, width);
        parts.first.biasO().ifPresent(_ -> sums.add(task, firstAt, dFirst, count, parts.first.outputs()));
        parts.last.biasO().ifPresent(_ -> sums.add(task, lastAt, dBranch, count, width));
        first.backward(parts.precision.replace(dFirst, count, parts.first.outputs()), dNormed, count);
        dx.fromRow(from).rows(count).copyFrom(dy.fromRow(from).rows(count));
        norm.backward(
                x.fromRow(from),
                dNormed,
                dx.fromRow(from),
                normed.fromRow(from),
                keptN2,
                from,
                count,
                sums.ofTask(task));
        parts.precision.replace(normed.fromRow(from), count, width);
        parts.precision.replace(dBranch, count, width);
    }

    /**
     * Returns the gradients of norm and projections in the order of their parameters; those of matrices are complete when the products have
     * run.
     *
     * @param dFirst gradient of the first projection's output, all rows
     * @param inner input of the last projection, all rows, as factors
     * @param dy (N, D)
     */
    List<Tensor> gradients(Matrix dFirst, Matrix inner, Matrix dy, WeightGradients products) {
        Precision precision = parts.precision;
        List<Tensor> gradients = new ArrayList<>(parts.norm.gradients(sums, 0));
        gradients.add(products.add(parts.first.weightOI(), precision.of(dFirst), precision.of(normed), rows));
        parts.first.biasO().ifPresent(b -> gradients.add(sums.gradient(b, firstAt)));
        gradients.add(products.add(parts.last.weightOI(), precision.of(branch.orElse(dy)), precision.of(inner), rows));
        parts.last.biasO().ifPresent(b -> gradients.add(sums.gradient(b, lastAt)));
        return gradients;
    }
}
