package dev.mojave.tensor.kernels;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.Engine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: T tokens, K choices per token, R rows: copies of tokens sorted by expert, E experts, D model width, I
// intermediate size,
// P projections (1 GELU, 2 SwiGLU).
/**
 * Experts over their tokens as one operation: {@code y_t = sum_k w_tk down_e(gate(up_e(x_t)))}, e the expert of copy (t, k). Rows of an expert
 * are gathered, multiplied, weighted and multiplied again while they are in cache; each token then adds up its copies in order. The
 * gradient of a weight needs no result of an expert: {@code dw = dy . down(a) = a . (dy down)}, which backward computes anyway.
 * Weights are stacked, and so are their gradients; an expert without tokens costs its zeros. The twin is dispatch in libtorch operations.
 */
public final class ExpertsKernel {
    private static final int MOST_ROWS = 512;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private ExpertsKernel() {}

    /** Where copies of tokens go. Copy {@code t * K + k} is choice k of token t. */
    public static final class Routes {
        private final long[] rowsOfExpert;
        private final long[] copyAtRow;
        private final long[] rowOfCopy;
        private final int topK;

        /**
         * Follows a sort of copies by expert; the arrays are not copied.
         *
         * @param rowsOfExpert rows of each expert
         * @param copyAtRow copy at each row (R)
         * @param rowOfCopy row of each copy (T * K), R where no expert takes it
         * @param topK K
         */
        public Routes(long[] rowsOfExpert, long[] copyAtRow, long[] rowOfCopy, int topK) {
            this.rowsOfExpert = rowsOfExpert;
            this.copyAtRow = copyAtRow;
            this.rowOfCopy = rowOfCopy;
            this.topK = topK;
        }

        private int rows() {
            return copyAtRow.length;
        }

        private int tokens() {
            return rowOfCopy.length / topK;
        }
    }

    /**
     * The stacked weights.
     *
     * @param upEPD (E, P I, D)
     * @param upBiasEP (E, P I), absent = none
     * @param gate between the projections
     * @param downEDI (E, D, I)
     * @param downBiasED (E, D), absent = none
     */
    public record Weights(
            Tensor upEPD, Optional<Tensor> upBiasEP, Gate gate, Tensor downEDI, Optional<Tensor> downBiasED) {
        private List<Tensor> parameters() {
            List<Tensor> all = new ArrayList<>(List.of(upEPD, downEDI));
            upBiasEP.ifPresent(all::add);
            downBiasED.ifPresent(all::add);
            return all;
        }
    }

    /** One stack of weights in memory. */
    private record Stack(Matrix weights, Optional<Matrix> biases, int inputs, int outputs, Precision precision) {
        static Stack of(Tensor stack, Optional<Tensor> biases, Precision precision) {
            return new Stack(
                    Matrix.of(stack.detach()),
                    biases.map(b -> Matrix.of(b.detach())),
                    (int) stack.size(2),
                    (int) stack.size(1),
                    precision);
        }

        Projection.Rows of(int expert) {
            return new Projection.Rows(
                    weights.fromRow((long) expert * outputs),
                    biases.map(b -> b.fromRow(expert).rows(1)),
                    inputs,
                    outputs,
                    // Narrowed where it is multiplied: few pieces share a weight, and absent experts cost nothing.
                    Precision.FULL,
                    precision);
        }
    }

    /** Returns whether this runs here: where not, the caller computes the twin. */
    public static boolean takes(Tensor x, DType compute) {
        return Fused.precision(compute, x).isPresent();
    }

    /**
     * Sends tokens to their experts and adds up what comes back; differentiable in tokens, weights of choices and weights of experts.
     *
     * @param xTD float32 (T, D)
     * @param choicesTK weight of each choice, float32 (T, K)
     * @param compute type of the products' factors: float32 or bfloat16
     * @return float32 (T, D)
     */
    public static Tensor apply(Tensor xTD, Tensor choicesTK, Routes routes, Weights weights, DType compute) {
        return fused(xTD, choicesTK, routes, weights, Precision.of(compute).orElseThrow());
    }

    static Tensor fused(Tensor xTD, Tensor choicesTK, Routes routes, Weights weights, Precision precision) {
        return new Pass(xTD, choicesTK, routes, weights, precision).forward();
    }

    /** Some rows of one expert. */
    private record Piece(int expert, int first, int count, Projection.Rows up, Projection.Rows down) {}

    /** One forward and its backward. */
    private static final class Pass {
        private final Tensor input;
        private final Tensor choices;
        private final Tensor x;
        private final Tensor choicesTK;
        private final Routes routes;
        private final Weights weights;
        private final Precision precision;
        private final int width;
        private final int hidden;
        private final int projected;
        private final List<Piece> pieces;
        private final Tensor uRP;

        Pass(Tensor input, Tensor choices, Routes routes, Weights weights, Precision precision) {
            this.input = input;
            this.choices = choices;
            this.x = input.detach().contiguous();
            this.choicesTK = choices.detach().contiguous();
            this.routes = routes;
            this.weights = weights;
            this.precision = precision;
            this.width = (int) weights.upEPD.size(2);
            this.hidden = (int) weights.downEDI.size(2);
            this.projected = (int) weights.upEPD.size(1);
            this.pieces = pieces();
            this.uRP = Tensors.empty(precision.kept(), routes.rows(), projected);
        }

        private List<Piece> pieces() {
            int share = (routes.rows() + 2 * Engine.current().threads() - 1)
                    / (2 * Engine.current().threads());
            int most = Math.clamp(share, 1, MOST_ROWS);
            Stack ups = Stack.of(weights.upEPD, weights.upBiasEP, precision);
            Stack downs = Stack.of(weights.downEDI, weights.downBiasED, precision);
            List<Piece> all = new ArrayList<>();
            int row = 0;
            for (int expert = 0; expert < routes.rowsOfExpert.length; expert++) {
                int end = row + (int) routes.rowsOfExpert[expert];
                if (row == end) {
                    continue;
                }
                Projection.Rows up = ups.of(expert);
                Projection.Rows down = downs.of(expert);
                int parts = (end - row + most - 1) / most;
                int each = (end - row + parts - 1) / parts;
                for (; row < end; row += each) {
                    all.add(new Piece(expert, row, Math.min(each, end - row), up, down));
                }
                row = end;
            }
            return all;
        }

        Tensor forward() {
            Tensor resultsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Matrix in = Matrix.of(x);
            Matrix u = Matrix.of(uRP);
            Matrix results = Matrix.of(resultsRD);
            MemorySegment choice = choicesTK.segment();
            Blas.forEach(pieces.size(), i -> {
                Piece p = pieces.get(i);
                Matrix rows = Scratch.matrix(0, p.count, width);
                Matrix active = Scratch.matrix(1, p.count, hidden);
                gather(in, p, rows);
                Matrix values = u.fromRow(p.first).values(2, p.count, projected);
                p.up.forward(precision.replace(rows, p.count, width), values, p.count);
                weights.gate.forward(values.rows(p.count), active.rows(p.count), p.count, hidden);
                u.fromRow(p.first).store(values, p.count, projected);
                p.down.forward(precision.replace(active, p.count, hidden), results.fromRow(p.first), p.count);
                weigh(results.fromRow(p.first), choice, p, width);
            });
            Tensor y = Tensors.empty(DType.FLOAT32, routes.tokens(), width);
            combine(results, Matrix.of(y));
            List<Tensor> inputs = new ArrayList<>(List.of(input, choices));
            inputs.addAll(weights.parameters());
            return CustomOp.attach(y, inputs, dy -> backward(dy.contiguous()));
        }

        private List<Tensor> backward(Tensor dy) {
            Tensor rowsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor dResultsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor dRowsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor activeRI = Tensors.empty(DType.FLOAT32, routes.rows(), hidden);
            Tensor dChoicesTK = Tensors.zeros(DType.FLOAT32, choicesTK.shape());
            Matrix in = Matrix.of(x);
            Matrix dOut = Matrix.of(dy);
            Matrix u = Matrix.of(uRP);
            Matrix du = precision.values(uRP);
            Matrix rows = Matrix.of(rowsRD);
            Matrix dResults = Matrix.of(dResultsRD);
            Matrix dRows = Matrix.of(dRowsRD);
            Matrix active = Matrix.of(activeRI);
            MemorySegment choice = choicesTK.segment();
            MemorySegment dChoice = dChoicesTK.segment();
            Blas.forEach(pieces.size(), i -> {
                Piece p = pieces.get(i);
                Matrix dActive = Scratch.matrix(0, p.count, hidden);
                gather(in, p, rows.fromRow(p.first));
                gather(dOut, p, dResults.fromRow(p.first));
                p.down.backward(factors(dResults, p, width), dActive, p.count);
                Matrix ofPiece = active.fromRow(p.first);
                u.fromRow(p.first).load(du.fromRow(p.first), p.count, projected);
                weights.gate.backward(
                        du.fromRow(p.first).rows(p.count),
                        dActive.rows(p.count),
                        ofPiece.rows(p.count),
                        p.count,
                        hidden);
                choiceGradients(p, ofPiece, dActive, dResults.fromRow(p.first), dChoice);
                weigh(du.fromRow(p.first), choice, p, projected);
                weigh(dResults.fromRow(p.first), choice, p, width);
                p.up.backward(factors(du, p, projected), dRows.fromRow(p.first), p.count);
            });
            Tensor dx = Tensors.empty(DType.FLOAT32, routes.tokens(), width);
            combine(dRows, Matrix.of(dx));
            List<Tensor> gradients = new ArrayList<>(List.of(dx, dChoicesTK));
            gradients.addAll(weightGradients(rows, du, active, dResults));
            return gradients;
        }

        private void gather(Matrix from, Piece piece, Matrix to) {
            for (int row = 0; row < piece.count; row++) {
                long token = routes.copyAtRow[piece.first + row] / routes.topK;
                MemorySegment.copy(
                        from.memory(),
                        from.row(token) * Float.BYTES,
                        to.memory(),
                        to.row(row) * Float.BYTES,
                        (long) width * Float.BYTES);
            }
        }

        /** Multiplies rows by the weights of their choices. */
        private void weigh(Matrix rows, MemorySegment choice, Piece piece, int columns) {
            for (int row = 0; row < piece.count; row++) {
                float weight = choice.get(FLOAT, routes.copyAtRow[piece.first + row] * Float.BYTES);
                VectorMath.multiply(rows.memory(), rows.row(row), columns, weight);
            }
        }

        private void choiceGradients(
                Piece piece, Matrix active, Matrix dActive, Matrix dResults, MemorySegment dChoice) {
            for (int row = 0; row < piece.count; row++) {
                float gradient =
                        VectorMath.dot(active.memory(), active.row(row), dActive.memory(), dActive.row(row), hidden);
                if (piece.down.bias().isPresent()) {
                    gradient += VectorMath.dot(piece.down.bias().get(), 0, dResults.memory(), dResults.row(row), width);
                }
                dChoice.set(FLOAT, routes.copyAtRow[piece.first + row] * Float.BYTES, gradient);
            }
        }

        /** Each token's sum of the rows of its copies. */
        private void combine(Matrix rows, Matrix tokens) {
            int last = routes.rows();
            Workers.forRanges(routes.tokens(), Math.max(1, Fused.GRAIN / width), (from, to) -> {
                tokens.fromRow(from).rows(to - from).fill((byte) 0);
                for (long token = from; token < to; token++) {
                    for (int k = 0; k < routes.topK; k++) {
                        long row = routes.rowOfCopy[(int) token * routes.topK + k];
                        if (row < last) {
                            VectorMath.add(rows.memory(), rows.row(row), tokens.memory(), tokens.row(token), width);
                        }
                    }
                }
            });
        }

        private List<Tensor> weightGradients(Matrix rows, Matrix du, Matrix active, Matrix dResults) {
            CustomOp.Target up = CustomOp.target(weights.upEPD);
            CustomOp.Target down = CustomOp.target(weights.downEDI);
            Matrix ups = Matrix.of(up.gradient());
            Matrix downs = Matrix.of(down.gradient());
            List<Tensor> gradients = new ArrayList<>(List.of(up.gradient(), down.gradient()));
            weights.upBiasEP.ifPresent(b -> gradients.add(biasGradients(b, du)));
            weights.downBiasED.ifPresent(b -> gradients.add(biasGradients(b, dResults)));
            Matrix ofUp = replaced(du, projected);
            Matrix ofRows = replaced(rows, width);
            Matrix ofDown = replaced(dResults, width);
            Matrix ofActive = replaced(active, hidden);
            WeightGradients products = new WeightGradients();
            int first = 0;
            for (int expert = 0; expert < routes.rowsOfExpert.length; expert++) {
                int count = (int) routes.rowsOfExpert[expert];
                Matrix dUp = ups.fromRow((long) expert * projected);
                Matrix dDown = downs.fromRow((long) expert * width);
                products.add(ofUp.fromRow(first), ofRows.fromRow(first), count, dUp, projected, width, up.adds());
                products.add(ofDown.fromRow(first), ofActive.fromRow(first), count, dDown, width, hidden, down.adds());
                first += count;
            }
            products.run();
            return gradients;
        }

        private Matrix factors(Matrix rows, Piece piece, int columns) {
            return precision.factors(rows.fromRow(piece.first), Scratch.FACTORS, piece.count, columns);
        }

        private Matrix replaced(Matrix rows, int columns) {
            if (precision != Precision.FULL) {
                Workers.forEach(pieces.size(), i -> {
                    Piece p = pieces.get(i);
                    precision.replace(rows.fromRow(p.first), p.count, columns);
                });
            }
            return precision.of(rows);
        }

        /** Sums of each expert's rows. */
        private Tensor biasGradients(Tensor biases, Matrix rows) {
            CustomOp.Target target = CustomOp.target(biases);
            Matrix sums = Matrix.of(target.gradient());
            if (!target.adds()) {
                sums.memory().fill((byte) 0);
            }
            int row = 0;
            for (int expert = 0; expert < routes.rowsOfExpert.length; expert++) {
                int end = row + (int) routes.rowsOfExpert[expert];
                for (; row < end; row++) {
                    VectorMath.add(rows.memory(), rows.row(row), sums.memory(), sums.row(expert), sums.stride());
                }
            }
            return target.gradient();
        }
    }
}
