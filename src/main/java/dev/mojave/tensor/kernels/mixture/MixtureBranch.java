package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.ColumnSums;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.Workers;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: T tokens, D model width, R rows (assignments sorted by expert).
/**
 * The shared inputs and gradients of a pre-norm block's mixture branch: {@code y = x + dropout(experts(norm(x)))}. The router, and any
 * other reader of norm(x), uses {@link #normedTD}; {@link ExpertsKernel} reads x and norm(x) from here and returns, in the backward pass,
 * dy and the gradients of its rows. Once the router's gradient is available too, a single pass over the tokens sums all of them,
 * differentiates the norm and adds dy; otherwise this would take four graph operations and as many passes over memory.
 */
public final class MixtureBranch {
    private final Tensor x;
    private final Normalisation norm;
    private final Tensor normed;
    private final Tensor keptT2;
    private final CustomOp.Joint joint;
    private final Tensor joinedTD;
    private Optional<Matrix> fromReaders = Optional.empty();
    private Optional<FromExperts> fromExperts = Optional.empty();

    /** The gradients from the experts: dy (T, D) and those of the rows that they read (R, D). */
    private record FromExperts(Matrix dy, Matrix dRows, Routes routes) {}

    /**
     * Normalises the residual stream.
     *
     * @param input the residual stream, float32 (T, D)
     */
    public MixtureBranch(Tensor input, Normalisation norm) {
        this.x = input.detach().contiguous();
        this.norm = norm;
        this.normed = Tensors.empty(DType.FLOAT32, x.shape());
        this.keptT2 = Tensors.empty(DType.FLOAT32, x.size(0), 2);
        this.joint = CustomOp.joint(input, norm.parameters(), this::gradients);
        Normalisation.Rows rows = norm.rows();
        Matrix in = Matrix.of(x);
        Matrix out = Matrix.of(normed);
        MemorySegment kept = keptT2.segment();
        Workers.forRanges(
                x.size(0),
                grain(),
                (from, to) -> rows.forward(in.fromRow(from), out.fromRow(from), kept, (int) from, (int) (to - from)));
        this.joinedTD = CustomOp.attach(normed.detach(), joint, List.of(), d -> {
            fromReaders = Optional.of(Matrix.of(joint.keep(d.contiguous())));
            return List.of();
        });
    }

    /** Returns norm(x), float32 (T, D), for every reader other than the experts; differentiable. */
    public Tensor normedTD() {
        return joinedTD;
    }

    CustomOp.Joint joint() {
        return joint;
    }

    Matrix x() {
        return Matrix.of(x);
    }

    /** Returns norm(x) for readers that report its gradient through {@link #add}. */
    Matrix normed() {
        return Matrix.of(normed);
    }

    int tokens() {
        return Math.toIntExact(x.size(0));
    }

    /** Returns the number of tokens per chunk of a pass over memory. */
    long grain() {
        return Math.max(1, Fused.GRAIN / x.size(1));
    }

    /** Records the gradient of y, and those of the rows of norm(x) that the experts read. */
    void add(Tensor dyTD, Tensor dRowsRD, Routes routes) {
        fromExperts = Optional.of(new FromExperts(Matrix.of(joint.keep(dyTD)), Matrix.of(joint.keep(dRowsRD)), routes));
    }

    private List<Tensor> gradients() {
        Tensor dx = Tensors.empty(DType.FLOAT32, x.shape());
        Normalisation.Rows rows = norm.rows();
        int grain = (int) grain();
        ColumnSums sums = new ColumnSums((tokens() + grain - 1) / grain, rows.sums());
        Optional<Matrix> readers = fromReaders;
        Optional<FromExperts> experts = fromExperts;
        Matrix in = x();
        Matrix dIn = Matrix.of(dx);
        MemorySegment kept = keptT2.segment();
        Workers.forRanges(tokens(), grain, (from, to) -> {
            int count = (int) (to - from);
            Matrix dNormed = Scratch.matrix(0, count, rows.width());
            Matrix again = Scratch.matrix(1, count, rows.width());
            start(dNormed, readers, from, count);
            start(dIn.fromRow(from), experts.map(FromExperts::dy), from, count);
            experts.ifPresent(e -> e.routes.addRows(e.dRows, dNormed, (int) from, count));
            Matrix ofTask = sums.ofTask((int) (from / grain));
            rows.backward(in.fromRow(from), dNormed, dIn.fromRow(from), again, kept, (int) from, count, ofTask);
        });
        fromReaders = Optional.empty();
        fromExperts = Optional.empty();
        List<Tensor> gradients = new ArrayList<>(List.of(dx));
        gradients.addAll(norm.gradients(sums, 0));
        return gradients;
    }

    /** Copies rows if there are any, otherwise writes zeros. */
    static void start(Matrix to, Optional<Matrix> from, long first, int count) {
        if (from.isPresent()) {
            to.rows(count).copyFrom(from.get().fromRow(first).rows(count));
        } else {
            to.rows(count).fill((byte) 0);
        }
    }
}
