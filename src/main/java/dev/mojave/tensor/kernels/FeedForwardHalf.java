package dev.mojave.tensor.kernels;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: N tokens, D model width, I intermediate size, P projections (1 GELU, 2 SwiGLU).
/**
 * The feed-forward half of a pre-norm block: {@code y = x + dropout(down(gate(up(norm(x)))))}. Some hundred tokens at a time go all the way
 * while they are in the core's cache; only {@code up}'s result (N, P I) is kept for backward, where it turns into its own gradient. The
 * twin in libtorch operations is nine nodes of a graph and as many passes over memory.
 */
public final class FeedForwardHalf extends Half {
    /**
     * The weights.
     *
     * @param norm of width D
     * @param up (P I, D)
     * @param gate between the projections
     * @param down (D, I)
     */
    public record Weights(Normalisation norm, Projection up, Gate gate, Projection down) {}

    private final Weights weights;
    private final Drop drop;
    private final Precision precision;

    FeedForwardHalf(Weights weights, Drop drop, Precision precision) {
        this.weights = weights;
        this.drop = drop;
        this.precision = precision;
    }

    /**
     * Draws what is dropped.
     *
     * @param dropout probability with which results are dropped before they are added to x
     * @param compute type of the products' factors: one that {@link BlockKernel} takes
     */
    public static FeedForwardHalf of(Weights weights, double dropout, DType compute) {
        return new FeedForwardHalf(
                weights, Drop.draw(dropout), Precision.of(compute).orElseThrow());
    }

    @Override
    List<Tensor> parameters() {
        List<Tensor> all = new ArrayList<>(weights.norm.parameters());
        all.addAll(weights.up.parameters());
        all.addAll(weights.down.parameters());
        return all;
    }

    @Override
    Forward begin(Groups groups, Buffers kept) {
        return new Pass(groups, kept);
    }

    /** A forward pass and what it keeps. */
    private final class Pass implements Forward {
        private final Groups groups;
        private final int width = weights.up.inputs();
        private final int hidden = weights.down.inputs();
        private final Normalisation.Rows norm = weights.norm.rows();
        private final int projected = weights.up.outputs();
        private final Projection.Rows up = weights.up.rows(precision);
        private final Projection.Rows down = weights.down.rows(precision);
        private final MemorySegment keptN2;
        private final Matrix u;

        Pass(Groups groups, Buffers kept) {
            this.groups = groups;
            this.keptN2 = kept.floats(2L * groups.rows());
            this.u = Matrix.of(kept, precision.kept(), groups.rows(), projected);
        }

        @Override
        public void run(Groups.Group group, Matrix x, Matrix y) {
            group.forRows((task, from, count) -> {
                Matrix normed = Scratch.matrix(0, count, width);
                Matrix active = Scratch.matrix(1, count, hidden);
                norm.forward(x.fromRow(from), normed, keptN2, from, count);
                Matrix values = u.fromRow(from).values(2, count, projected);
                up.forward(precision.replace(normed, count, width), values, count);
                weights.gate.forward(values.rows(count), active.rows(count), count, hidden);
                u.fromRow(from).store(values, count, projected);
                down.forward(
                        precision.replace(active, count, hidden), x.fromRow(from), y.fromRow(from), count, drop, from);
            });
        }

        @Override
        public Backward back(Buffers temporary) {
            return new Back(this, temporary);
        }
    }

    /** A backward pass. */
    private final class Back implements Backward {
        private final Pass pass;
        private final Projection.Rows up = weights.up.rows(precision);
        private final Projection.Rows down = weights.down.rows(precision);
        private final Matrix du;
        private final Matrix normed;
        private final Matrix active;
        private final Optional<Matrix> branch;
        private final BiasSums sums;

        Back(Pass pass, Buffers temporary) {
            this.pass = pass;
            int rows = pass.groups.rows();
            boolean full = precision == Precision.FULL;
            this.du = full ? pass.u : Matrix.of(temporary, rows, pass.projected);
            this.normed = Matrix.of(temporary, rows, pass.width);
            this.active = Matrix.of(temporary, rows, pass.hidden);
            // The gradient that comes in is not ours to change.
            this.branch =
                    full && drop.isNone() ? Optional.empty() : Optional.of(Matrix.of(temporary, rows, pass.width));
            this.sums = new BiasSums(pass.groups.tasks(), weights.norm, weights.up, weights.down);
        }

        @Override
        public void run(Groups.Group group, Matrix x, Matrix dy, Matrix dx) {
            Matrix dBranch = branch.orElse(dy);
            group.forRows((task, from, count) -> {
                Matrix dActive = Scratch.matrix(0, count, pass.hidden);
                Matrix dNormed = Scratch.matrix(1, count, pass.width);
                Matrix du = this.du.fromRow(from);
                if (branch.isPresent()) {
                    drop.copy(dy.fromRow(from), dBranch.fromRow(from), from, count, pass.width);
                }
                Matrix factors = precision.factors(dBranch.fromRow(from), Scratch.FACTORS, count, pass.width);
                down.backward(factors, dActive, count);
                pass.u.fromRow(from).load(du, count, pass.projected);
                weights.gate.backward(
                        du.rows(count),
                        dActive.rows(count),
                        active.fromRow(from).rows(count),
                        count,
                        pass.hidden);
                sums.add(task, du, dBranch.fromRow(from), count);
                up.backward(precision.replace(du, count, pass.projected), dNormed, count);
                dx.fromRow(from).rows(count).copyFrom(dy.fromRow(from).rows(count));
                pass.norm.backward(
                        x.fromRow(from),
                        dNormed,
                        dx.fromRow(from),
                        normed.fromRow(from),
                        pass.keptN2,
                        from,
                        count,
                        sums.ofNorm(task));
                precision.replace(normed.fromRow(from), count, pass.width);
                precision.replace(dBranch.fromRow(from), count, pass.width);
                precision.replace(active.fromRow(from), count, pass.hidden);
            });
        }

        @Override
        public List<Tensor> gradients(Matrix dy, WeightGradients products) {
            int rows = pass.groups.rows();
            return sums.gradients(
                    products.add(weights.up.weightOI(), precision.of(du), precision.of(normed), rows),
                    products.add(weights.down.weightOI(), precision.of(branch.orElse(dy)), precision.of(active), rows));
        }
    }
}
