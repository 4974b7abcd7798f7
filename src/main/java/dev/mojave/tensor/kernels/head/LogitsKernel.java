package dev.mojave.tensor.kernels.head;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.ColumnSums;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.List;
import java.util.Optional;

// Shapes: T tokens, D width, E outputs (few).
/**
 * The product with a narrow matrix that yields a router's logits, {@code z = x W^T}. It runs on the kernels' own threads: a libtorch
 * product would wake the library's threads for a few microseconds of work while ours still wait for their next loop. The backward pass
 * computes both gradients of a chunk of tokens while they are in cache.
 */
public final class LogitsKernel {
    private LogitsKernel() {}

    /**
     * Returns the logits (T, E); differentiable.
     *
     * @param xTD float32 (T, D)
     * @param weightED float32 (E, D)
     */
    public static Tensor apply(Tensor xTD, Tensor weightED) {
        return Fused.supports(xTD, weightED) && Blas.available() && xTD.size(0) > 0
                ? fused(xTD, weightED)
                : plain(xTD, weightED);
    }

    /** The reference implementation: libtorch's own operation. */
    public static Tensor plain(Tensor xTD, Tensor weightED) {
        return Functions.linear(xTD, weightED);
    }

    private static Tensor fused(Tensor input, Tensor weightED) {
        Tensor xTD = input.detach().contiguous();
        int tokens = Math.toIntExact(xTD.size(0));
        Projection.Rows rows = new Projection(weightED, Optional.empty()).rows(Precision.FULL);
        Tensor logitsTE = Tensors.empty(DType.FLOAT32, tokens, rows.outputs());
        Matrix x = Matrix.of(xTD);
        Matrix z = Matrix.of(logitsTE);
        Blas.forRows(tokens, (task, from, count) -> rows.forward(x.fromRow(from), z.fromRow(from), count));
        return CustomOp.attach(logitsTE, List.of(input, weightED), d -> backward(x, weightED, d.contiguous(), tokens));
    }

    private static List<Tensor> backward(Matrix x, Tensor weightED, Tensor dLogitsTE, int tokens) {
        Projection.Rows rows = new Projection(weightED, Optional.empty()).rows(Precision.FULL);
        Tensor dx = Tensors.empty(DType.FLOAT32, tokens, rows.inputs());
        ColumnSums sums = new ColumnSums(Blas.tasks(tokens), rows.outputs() * rows.inputs());
        Matrix dIn = Matrix.of(dx);
        Matrix dz = Matrix.of(dLogitsTE);
        Blas.forRows(tokens, (task, from, count) -> {
            rows.backward(dz.fromRow(from), dIn.fromRow(from), count);
            Matrix ofTask =
                    new Matrix(sums.ofTask(task).memory(), sums.ofTask(task).offset(), rows.inputs(), DType.FLOAT32);
            Blas.transposedMultiply(rows.outputs(), rows.inputs(), count, dz.fromRow(from), x.fromRow(from), 0, ofTask);
        });
        return List.of(dx, sums.gradient(weightED, 0));
    }
}
