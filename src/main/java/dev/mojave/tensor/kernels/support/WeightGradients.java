package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients of weight matrices, {@code dW = dY^T X} over all tokens: each task computes some rows of one matrix, so no partial results have
 * to be added.
 */
public final class WeightGradients {
    private static final int ROWS_OF_PART = 16;

    private record Part(Matrix dy, Matrix x, int tokens, Matrix gradient, int rows, int columns, float beta) {
        /** Zeroes the gradient of a product over no tokens, which BLAS libraries treat differently. */
        void clear() {
            if (beta == 0) {
                gradient.rows(rows).fill((byte) 0);
            }
        }
    }

    private final List<Part> parts = new ArrayList<>();

    /**
     * Plans the gradient of a matrix, added to its present gradient if it has one.
     *
     * @param weightOI the matrix
     * @param dy (tokens, O)
     * @param x (tokens, I)
     * @return the gradient, complete after {@link #run}
     */
    public Tensor add(Tensor weightOI, Matrix dy, Matrix x, int tokens) {
        CustomOp.Target target = CustomOp.target(weightOI);
        add(
                dy,
                x,
                tokens,
                Matrix.of(target.gradient()),
                Math.toIntExact(weightOI.size(0)),
                Math.toIntExact(weightOI.size(1)),
                target.adds());
        return target.gradient();
    }

    /** Plans the gradient of a matrix with a number of outputs and inputs in given memory; without tokens it is 0. */
    public void add(Matrix dy, Matrix x, int tokens, Matrix gradient, int outputs, int inputs, boolean adds) {
        int threads = Engine.current().threads();
        int each = (outputs + threads * ROWS_OF_PART - 1) / (threads * ROWS_OF_PART) * ROWS_OF_PART;
        for (int from = 0; from < outputs; from += each) {
            parts.add(new Part(
                    dy.fromColumn(from),
                    x,
                    tokens,
                    gradient.fromRow(from),
                    Math.min(each, outputs - from),
                    inputs,
                    adds ? 1 : 0));
        }
    }

    /** Computes the planned gradients. */
    public void run() {
        Blas.forEach(parts.size(), i -> {
            Part p = parts.get(i);
            if (p.tokens == 0) {
                p.clear();
                return;
            }
            Blas.transposedMultiply(p.rows, p.columns, p.tokens, p.dy, p.x, p.beta, p.gradient);
        });
    }
}
