package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.WeightGradients;
import dev.mojave.tensor.kernels.vector.VectorAttention;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

// Shapes: B sequences, S tokens each, N = B S, D model width, H query heads, K key-value heads, C head size, P = (H + 2
// K) C.
/**
 * The attention branch of a pre-norm block: {@code y = x + dropout(output(attention(rotate(qkv(norm(x))))))}, causal, with grouped
 * queries (arXiv 2305.13245). It keeps for the backward pass: the rotated projection (N, P), the mixed values (N, H C), and one number per
 * head and token; attention weights are recomputed ({@link AttentionRows}). The reference implementation is the attention layer in libtorch
 * operations, which also supports a cache and normalised queries.
 */
public final class AttentionBranch extends ResidualBranch {
    /**
     * The weights.
     *
     * @param norm of width D
     * @param qkv (P, D): queries, keys, values
     * @param shape heads and rotation
     * @param output (D, H C)
     */
    public record Weights(Normalisation norm, Projection qkv, AttentionShape shape, Projection output) {}

    private final Weights weights;
    private final Optional<Tensor> visible;
    private final DropoutMask ofWeights;
    private final DropoutMask ofBranch;
    private final Precision precision;

    /** Creates the branch with given dropout masks for the attention weights and for the output. */
    public AttentionBranch(
            Weights weights,
            Optional<Tensor> visible,
            DropoutMask ofWeights,
            DropoutMask ofBranch,
            Precision precision) {
        this.weights = weights;
        this.visible = visible;
        this.ofWeights = ofWeights;
        this.ofBranch = ofBranch;
        this.precision = precision;
    }

    /**
     * Creates the branch and draws its dropout masks.
     *
     * @param visible boolean (B, 1, S, S), true where a query sees a key, always true for itself; empty if a query sees every key up to
     * itself
     * @param dropoutOfWeights dropout probability of attention weights
     * @param dropoutOfBranch dropout probability of the output, before it is added to x
     * @param compute type of the projections' factors, one that {@link BlockKernel} supports; products between tokens are always
     *     float32
     */
    public static AttentionBranch of(
            Weights weights, Optional<Tensor> visible, double dropoutOfWeights, double dropoutOfBranch, DType compute) {
        return new AttentionBranch(
                weights,
                visible,
                DropoutMask.draw(dropoutOfWeights),
                DropoutMask.draw(dropoutOfBranch),
                Precision.of(compute).orElseThrow());
    }

    @Override
    List<Tensor> parameters() {
        return ends().parameters();
    }

    private BranchEnds.Parts ends() {
        return new BranchEnds.Parts(weights.norm, weights.qkv, weights.output, ofBranch, precision);
    }

    @Override
    Forward begin(Groups groups, Buffers kept) {
        return new Pass(groups, kept);
    }

    /** A forward pass and the values that it keeps. */
    private final class Pass implements Forward {
        private final Groups groups;
        private final int width = weights.qkv.inputs();
        private final AttentionShape shape = weights.shape;
        private final Normalisation.Rows norm = weights.norm.rows();
        private final Projection.Rows project = weights.qkv.rows(precision);
        private final Projection.Rows output = weights.output.rows(precision);
        private final Rotations rotations;
        private final MemorySegment keptN2;
        private final Matrix keptQkv;
        private final Matrix mixed;
        private final MemorySegment logSumsBHS;
        private final Optional<MemorySegment> maskBSS;

        Pass(Groups groups, Buffers kept) {
            this.groups = groups;
            this.rotations = new Rotations(shape, groups.length());
            this.keptN2 = kept.floats(2L * groups.rows());
            this.keptQkv = Matrix.of(kept, precision.kept(), groups.rows(), shape.projected());
            this.mixed = Matrix.of(kept, groups.rows(), shape.queryWidth());
            this.logSumsBHS = kept.floats((long) groups.rows() * shape.heads());
            this.maskBSS = visible.map(mask -> copied(mask, kept));
        }

        private MemorySegment copied(Tensor mask, Buffers kept) {
            MemorySegment all = mask.expand(groups.sequences(), 1, groups.length(), groups.length())
                    .contiguous()
                    .segment();
            return kept.bytes(all.byteSize()).copyFrom(all);
        }

        @Override
        public void run(Groups.Group group, Matrix x, Matrix y) {
            Matrix qkv = values(group);
            group.forRows((task, from, count) -> {
                Matrix normed = Scratch.matrix(0, count, width);
                norm.forward(x.fromRow(from), normed, keptN2, from, count);
                project.forward(precision.replace(normed, count, width), qkv.fromRow(from), count);
                rotations.rotate(qkv, from, count, 1);
                // The backward pass recomputes the attention weights, from exactly the queries and keys of the forward
                // pass.
                keptQkv.fromRow(from).store(qkv.fromRow(from), count, shape.projected());
                keptQkv.fromRow(from).load(qkv.fromRow(from), count, shape.projected());
            });
            rows(qkv).forward(group);
            group.forRows((task, from, count) -> {
                Matrix factors = precision.factors(mixed.fromRow(from), Scratch.FACTORS, count, shape.queryWidth());
                output.forward(factors, x.fromRow(from), y.fromRow(from), count, ofBranch, from);
            });
        }

        /** Returns the group's float32 projections: the kept ones, or memory of the group, addressed as if it held all rows. */
        private Matrix values(Groups.Group group) {
            return precision == Precision.FULL
                    ? keptQkv
                    : Scratch.matrix(Scratch.PROJECTED_OF_GROUP, group.rows(), shape.projected())
                            .fromRow(-group.from());
        }

        private AttentionRows rows(Matrix qkv) {
            return new AttentionRows(shape, groups.length(), qkv, mixed, logSumsBHS, maskBSS, ofWeights);
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
        private final Matrix dQkv;

        Back(Pass pass, Buffers temporary) {
            this.pass = pass;
            this.ends = new BranchEnds(ends(), pass.groups, pass.keptN2, temporary);
            this.dQkv = Matrix.of(temporary, pass.groups.rows(), pass.shape.projected());
        }

        @Override
        public void run(Groups.Group group, Matrix x, Matrix dy, Matrix dx) {
            Matrix qkv = pass.values(group);
            Matrix dMixed = Scratch.matrix(Scratch.MIXED_OF_GROUP, group.rows(), pass.shape.queryWidth())
                    .fromRow(-group.from());
            group.forRows((task, from, count) -> {
                pass.keptQkv.fromRow(from).load(qkv.fromRow(from), count, pass.shape.projected());
                ends.enter(from, count, dy, dMixed.fromRow(from));
            });
            pass.rows(qkv).backward(group, dMixed, dQkv);
            group.forRows((task, from, count) -> {
                pass.rotations.rotate(dQkv, from, count, -1);
                ends.leave(task, from, count, dQkv.fromRow(from), x, dy, dx);
                precision.replace(pass.mixed.fromRow(from), count, pass.shape.queryWidth());
            });
        }

        @Override
        public List<Tensor> gradients(Matrix dy, WeightGradients products) {
            return ends.gradients(dQkv, pass.mixed, dy, products);
        }
    }

    /** Rotates rows of the projection by their positions. */
    private static final class Rotations {
        private final AttentionShape shape;
        private final int length;
        private final Optional<MemorySegment> cosines;
        private final Optional<MemorySegment> sines;

        Rotations(AttentionShape shape, int length) {
            this.shape = shape;
            this.length = length;
            this.cosines = shape.rotation().map(r -> r.cosTC().segment());
            this.sines = shape.rotation().map(r -> r.sinTC().segment());
        }

        /** Rotates the queries and keys of a range of rows; direction -1 rotates them back. */
        void rotate(Matrix qkv, int from, int count, float direction) {
            if (cosines.isEmpty() || sines.isEmpty()) {
                return;
            }
            int half = shape.headSize() / 2;
            int rotated = shape.heads() + shape.keyValueHeads();
            for (int row = from; row < from + count; row++) {
                long angle = (long) (row % length) * half;
                for (int head = 0; head < rotated; head++) {
                    long at = qkv.row(row) + (long) head * shape.headSize();
                    VectorAttention.rotate(qkv.memory(), at, half, cosines.get(), sines.get(), angle, direction);
                }
            }
        }
    }
}
