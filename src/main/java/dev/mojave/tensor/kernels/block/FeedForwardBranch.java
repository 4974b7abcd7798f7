package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.WeightGradients;
import java.lang.foreign.MemorySegment;
import java.util.List;

// Shapes: N tokens, D model width, I intermediate size, P projections (1 GELU, 2 SwiGLU).
/**
 * The feed-forward branch of a pre-norm block: {@code y = x + dropout(down(gate(up(norm(x)))))}. A few hundred tokens at a time pass
 * through all of it while they are in the core's cache; only the output of {@code up} (N, P I) is kept for the backward pass, which
 * overwrites it with its gradient. The reference implementation in libtorch operations has nine graph nodes and as many passes over memory.
 */
public final class FeedForwardBranch extends ResidualBranch {
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
    private final DropoutMask drop;
    private final Precision precision;

    /** Creates the branch with a given dropout mask. */
    public FeedForwardBranch(Weights weights, DropoutMask drop, Precision precision) {
        this.weights = weights;
        this.drop = drop;
        this.precision = precision;
    }

    /**
     * Creates the branch and draws its dropout mask.
     *
     * @param dropout dropout probability of the output, before it is added to x
     * @param compute type of the products' factors, one that {@link BlockKernel} supports
     */
    public static FeedForwardBranch of(Weights weights, double dropout, DType compute) {
        return new FeedForwardBranch(
                weights, DropoutMask.draw(dropout), Precision.of(compute).orElseThrow());
    }

    @Override
    List<Tensor> parameters() {
        return ends().parameters();
    }

    private BranchEnds.Parts ends() {
        return new BranchEnds.Parts(weights.norm, weights.up, weights.down, drop, precision);
    }

    @Override
    Forward begin(Groups groups, Buffers kept) {
        return new Pass(groups, kept);
    }

    /** A forward pass and the values that it keeps. */
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
        private final BranchEnds ends;
        private final Matrix du;
        private final Matrix active;

        Back(Pass pass, Buffers temporary) {
            this.pass = pass;
            this.ends = new BranchEnds(ends(), pass.groups, pass.keptN2, temporary);
            int rows = pass.groups.rows();
            this.du = precision == Precision.FULL ? pass.u : Matrix.of(temporary, rows, pass.projected);
            this.active = Matrix.of(temporary, rows, pass.hidden);
        }

        @Override
        public void run(Groups.Group group, Matrix x, Matrix dy, Matrix dx) {
            group.forRows((task, from, count) -> {
                Matrix dActive = Scratch.matrix(0, count, pass.hidden);
                Matrix duRows = du.fromRow(from);
                ends.enter(from, count, dy, dActive);
                pass.u.fromRow(from).load(duRows, count, pass.projected);
                weights.gate.backward(
                        duRows.rows(count),
                        dActive.rows(count),
                        active.fromRow(from).rows(count),
                        count,
                        pass.hidden);
                ends.leave(task, from, count, duRows, x, dy, dx);
                precision.replace(active.fromRow(from), count, pass.hidden);
            });
        }

        @Override
        public List<Tensor> gradients(Matrix dy, WeightGradients products) {
            return ends.gradients(du, active, dy, products);
        }
    }
}
