package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.base.Check;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: B sequences, S tokens each, D model width, V vocabulary, T positions.
/**
 * Token embeddings plus position embeddings, if the model has them: {@code y_bs = W[id_bs] + P[s]}. The backward pass adds each token's
 * gradient to the row of its id, in token order, with different columns on each thread. If W already has a gradient, that of a tied head,
 * it is updated in place, so that no second (V, D) matrix is allocated.
 */
public final class EmbeddingKernel {
    private static final int COLUMNS = 64;

    private EmbeddingKernel() {}

    /**
     * Looks up; differentiable.
     *
     * @param weightVD float32 (V, D)
     * @param idsBS int64 (B, S), each in [0, V)
     * @param positionsTD float32 (T, D) with T at least S, of which the first S rows are used; empty without position embeddings
     * @return float32 (B, S, D)
     */
    public static Tensor apply(Tensor weightVD, Tensor idsBS, Optional<Tensor> positionsTD) {
        return Fused.supports(weightVD) ? fused(weightVD, idsBS, positionsTD) : plain(weightVD, idsBS, positionsTD);
    }

    /** The reference implementation in libtorch operations. */
    public static Tensor plain(Tensor weightVD, Tensor idsBS, Optional<Tensor> positionsTD) {
        Tensor x = Functions.embedding(weightVD, idsBS);
        return positionsTD.isPresent() ? x.add(positionsTD.get().narrow(0, 0, idsBS.size(1))) : x;
    }

    private static Tensor fused(Tensor weightVD, Tensor idsBS, Optional<Tensor> positionsTD) {
        long[] ids = ids(idsBS, weightVD.size(0));
        int length = (int) idsBS.size(1);
        int width = Math.toIntExact(weightVD.size(1));
        Tensor y = Tensors.empty(DType.FLOAT32, idsBS.size(0), length, width);
        Matrix out = Matrix.of(y);
        Matrix weight = Matrix.of(weightVD.detach());
        Optional<Matrix> positions = positionsTD.map(p -> Matrix.of(p.detach()));
        Workers.forRanges(ids.length, Math.max(1, Fused.GRAIN / width), (from, to) -> {
            for (int token = (int) from; token < to; token++) {
                copy(weight, ids[token], out, token, width);
                if (positions.isPresent()) {
                    Matrix p = positions.get();
                    VectorMath.add(p.memory(), p.row(token % length), out.memory(), out.row(token), width);
                }
            }
        });
        List<Tensor> inputs = new ArrayList<>(List.of(weightVD));
        positionsTD.ifPresent(inputs::add);
        return CustomOp.attach(y, inputs, dy -> {
            List<Tensor> gradients = new ArrayList<>(List.of(sums(weightVD, ids, dy)));
            positionsTD.ifPresent(
                    p -> gradients.add(p.requiresGrad() ? sums(p, positions(ids.length, length), dy) : p));
            return gradients;
        });
    }

    private static void copy(Matrix from, long row, Matrix to, long toRow, int width) {
        MemorySegment.copy(
                from.memory(),
                from.row(row) * Float.BYTES,
                to.memory(),
                to.row(toRow) * Float.BYTES,
                (long) width * Float.BYTES);
    }

    /** Returns the gradient of a table, to which every row of dy is added at its row. */
    private static Tensor sums(Tensor table, long[] rowOfToken, Tensor dy) {
        CustomOp.Target target = CustomOp.target(table);
        Matrix gradient = Matrix.of(target.gradient());
        if (!target.adds()) {
            gradient.memory().fill((byte) 0);
        }
        Tensor whole = dy.contiguous();
        Matrix from = Matrix.of(whole);
        int width = from.stride();
        Workers.forRanges(width, COLUMNS, (first, end) -> {
            int columns = (int) (end - first);
            for (int token = 0; token < rowOfToken.length; token++) {
                VectorMath.add(
                        from.memory(),
                        from.row(token) + first,
                        gradient.memory(),
                        gradient.row(rowOfToken[token]) + first,
                        columns);
            }
        });
        return target.gradient();
    }

    private static long[] positions(int tokens, int length) {
        long[] positions = new long[tokens];
        for (int token = 0; token < tokens; token++) {
            positions[token] = token % length;
        }
        return positions;
    }

    private static long[] ids(Tensor idsBS, long vocabulary) {
        long[] ids = idsBS.toLongs();
        for (long id : ids) {
            Check.that(id >= 0 && id < vocabulary, "token %d is not in the vocabulary [0, %d)", id, vocabulary);
        }
        return ids;
    }
}
