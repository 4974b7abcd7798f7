package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/** Gradients of matrices, {@code dW = dY^T X} over all tokens: every task computes some rows of one matrix, so that nothing is added twice. */
public final class WeightGradients {
    private static final int ROWS_OF_PART = 16;

    private record Part(Matrix dy, Matrix x, int tokens, Matrix gradient, int rows, int columns, float beta) {
        /** A product over no tokens: BLAS libraries differ about it. */
        void clear() {
            if (beta == 0) {
                gradient.rows(rows).fill((byte) 0);
            }
        }
    }

    private final List<Part> parts = new ArrayList<>();

    /**
     * Plans a gradient, added to what the matrix has if it has one.
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

    /** The same into memory, for a matrix of so many outputs and inputs; without tokens it is 0. */
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

    /** Computes what was planned. */
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
