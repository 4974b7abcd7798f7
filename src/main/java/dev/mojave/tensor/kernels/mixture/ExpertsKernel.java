package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.WeightGradients;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: T tokens, K choices per token, R rows (assignments sorted by expert), E experts, D model width, I
// intermediate size,
// P projections (1 GELU, 2 SwiGLU).
/**
 * The experts of a block's mixture branch as one operation, {@code y_t = x_t + dropout(sum_k w_tk down_e(gate(up_e(norm(x)_t))))}, where e
 * is the expert of assignment (t, k). Rows of an expert are gathered, multiplied, passed through the gate and multiplied again while they
 * are in cache; then the outputs of each token's assignments are summed in order. The gradient of a routing weight needs no expert output:
 * {@code w dw = w dy . down(a) = a . (w dy down)}, which the backward pass computes anyway. Weights and their gradients are stacked; an
 * expert without tokens costs only zeroing its gradients. The reference implementation is the mixture layer in libtorch operations.
 */
public final class ExpertsKernel {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float LEAST_WEIGHT = 1e-18f;

    private ExpertsKernel() {}

    /**
     * The stacked weights.
     *
     * @param upEPD (E, P I, D)
     * @param upBiasEP (E, P I); empty without biases
     * @param gate between the projections
     * @param downEDI (E, D, I)
     * @param downBiasED (E, D); empty without biases
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
                    // Rounded to bfloat16 where they are multiplied: few pieces share a weight, and unused experts cost
                    // nothing.
                    Precision.FULL,
                    precision);
        }
    }

    /** Returns whether the kernel can run here; if not, the caller uses the reference implementation. */
    public static boolean supports(Tensor x, DType compute) {
        return Fused.precision(compute, x).isPresent();
    }

    /**
     * Adds the weighted outputs of the experts on norm(x) to x; differentiable.
     *
     * @param branch x and norm(x), (T, D)
     * @param choicesTK weight of each choice, float32 (T, K)
     * @param besideTD the output of a shared expert, added to that of the experts: float32 (T, D); empty without one
     * @param dropout dropout probability; 0 in evaluation
     * @param compute type of the products' factors: float32 or bfloat16
     * @return float32 (T, D)
     */
    public static Tensor apply(
            MixtureBranch branch,
            Tensor choicesTK,
            Routes routes,
            Weights weights,
            Optional<Tensor> besideTD,
            double dropout,
            DType compute) {
        return fused(
                branch,
                choicesTK,
                routes,
                weights,
                besideTD,
                DropoutMask.draw(dropout),
                Precision.of(compute).orElseThrow());
    }

    /** Runs the fused kernel with a given dropout mask; the other parameters are those of {@link #apply}. */
    public static Tensor fused(
            MixtureBranch branch,
            Tensor choicesTK,
            Routes routes,
            Weights weights,
            Optional<Tensor> besideTD,
            DropoutMask drop,
            Precision precision) {
        return new Pass(branch, choicesTK, routes, weights, besideTD, drop, precision).forward();
    }

    /** A range of rows of one expert. */
    private record Piece(int first, int count, Projection.Rows up, Projection.Rows down) {}

    /** One forward pass and its backward pass. */
    private static final class Pass {
        private final MixtureBranch branch;
        private final Tensor choices;
        private final Tensor choicesTK;
        private final MemorySegment choiceWeights;
        private final Routes routes;
        private final Weights weights;
        private final Optional<Tensor> beside;
        private final DropoutMask drop;
        private final Precision precision;
        private final int width;
        private final int hidden;
        private final int projected;
        private final Stack ups;
        private final Stack downs;
        private final Tensor uRP;

        Pass(
                MixtureBranch branch,
                Tensor choices,
                Routes routes,
                Weights weights,
                Optional<Tensor> beside,
                DropoutMask drop,
                Precision precision) {
            this.branch = branch;
            this.choices = choices;
            this.choicesTK = choices.detach().contiguous();
            this.choiceWeights = choicesTK.segment();
            this.routes = routes;
            this.weights = weights;
            this.beside = beside;
            this.drop = drop;
            this.precision = precision;
            this.width = (int) weights.upEPD.size(2);
            this.hidden = (int) weights.downEDI.size(2);
            this.projected = (int) weights.upEPD.size(1);
            this.ups = Stack.of(weights.upEPD, weights.upBiasEP, precision);
            this.downs = Stack.of(weights.downEDI, weights.downBiasED, precision);
            this.uRP = Tensors.empty(precision.kept(), routes.rows(), projected);
        }

        /** Splits a range of rows by expert. */
        private List<Piece> pieces(int from, int count) {
            List<Piece> pieces = new ArrayList<>();
            int first = 0;
            for (int expert = 0; expert < routes.experts(); expert++) {
                int end = first + routes.rowsOf(expert);
                int begin = Math.max(first, from);
                int rows = Math.min(end, from + count) - begin;
                if (rows > 0) {
                    pieces.add(new Piece(begin, rows, ups.of(expert), downs.of(expert)));
                }
                first = end;
            }
            return pieces;
        }

        Tensor forward() {
            Tensor resultsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Matrix in = branch.normed();
            Matrix u = Matrix.of(uRP);
            Matrix results = Matrix.of(resultsRD);
            Blas.forRows(routes.rows(), (task, from, count) -> {
                Matrix rows = Scratch.matrix(0, count, width);
                Matrix active = Scratch.matrix(1, count, hidden);
                gather(in, from, count, rows);
                Matrix values = u.fromRow(from).values(2, count, projected);
                List<Piece> pieces = pieces(from, count);
                Matrix ofRows = precision.replace(rows, count, width);
                for (Piece p : pieces) {
                    p.up.forward(ofRows.fromRow(p.first - from), values.fromRow(p.first - from), p.count);
                }
                weights.gate.forward(values.rows(count), active.rows(count), count, hidden);
                u.fromRow(from).store(values, count, projected);
                Matrix ofActive = precision.replace(active, count, hidden);
                for (Piece p : pieces) {
                    p.down.forward(ofActive.fromRow(p.first - from), results.fromRow(p.first), p.count);
                }
            });
            Tensor y = Tensors.empty(DType.FLOAT32, routes.tokens(), width);
            combine(results, Matrix.of(y));
            List<Tensor> inputs = new ArrayList<>(List.of(choices));
            beside.ifPresent(inputs::add);
            inputs.addAll(weights.parameters());
            return CustomOp.attach(y, branch.joint(), inputs, dy -> backward(dy.contiguous()));
        }

        /** Writes each token's x plus, after dropout, the weighted sum of the rows of its assignments. */
        private void combine(Matrix results, Matrix y) {
            Matrix x = branch.x();
            Optional<Matrix> others = beside.map(b -> Matrix.of(b.detach().contiguous()));
            Workers.forRanges(routes.tokens(), branch.grain(), (from, to) -> {
                for (int token = (int) from; token < to; token++) {
                    MixtureBranch.start(y.fromRow(token), others, token, 1);
                    addWeighted(results, token, y);
                    drop.applyToRow(y, token, token, width);
                    VectorMath.add(x.memory(), x.row(token), y.memory(), y.row(token), width);
                }
            });
        }

        private void addWeighted(Matrix results, int token, Matrix y) {
            for (int k = 0; k < routes.topK(); k++) {
                int assignment = token * routes.topK() + k;
                long row = routes.row(assignment);
                if (row < routes.rows()) {
                    VectorMath.addMultiple(
                            results.memory(), results.row(row), weight(assignment), y.memory(), y.row(token), width);
                }
            }
        }

        private List<Tensor> backward(Tensor dy) {
            Tensor rowsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor dResultsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor dRowsRD = Tensors.empty(DType.FLOAT32, routes.rows(), width);
            Tensor activeRI = Tensors.empty(DType.FLOAT32, routes.rows(), hidden);
            Tensor dChoicesTK = Tensors.zeros(DType.FLOAT32, choicesTK.shape());
            Tensor dBranch = drop.isNone() ? dy : DropoutKernel.dropped(dy, drop);
            Matrix in = branch.normed();
            Matrix dOut = Matrix.of(dBranch);
            Matrix u = Matrix.of(uRP);
            Matrix du = precision.values(uRP);
            Matrix rows = Matrix.of(rowsRD);
            Matrix dResults = Matrix.of(dResultsRD);
            Matrix dRows = Matrix.of(dRowsRD);
            Matrix active = Matrix.of(activeRI);
            MemorySegment dChoice = dChoicesTK.segment();
            Blas.forRows(routes.rows(), (task, from, count) -> {
                Matrix dActive = Scratch.matrix(0, count, hidden);
                gather(in, from, count, rows.fromRow(from));
                gather(dOut, from, count, dResults.fromRow(from));
                weigh(from, count, dResults.fromRow(from));
                u.fromRow(from).load(du.fromRow(from), count, projected);
                for (Piece p : pieces(from, count)) {
                    backward(
                            p,
                            du.fromRow(p.first),
                            dActive.fromRow(p.first - from),
                            active.fromRow(p.first),
                            dResults.fromRow(p.first),
                            dChoice);
                    Matrix ofUp = precision.factors(du.fromRow(p.first), Scratch.FACTORS, p.count, projected);
                    p.up.backward(ofUp, dRows.fromRow(p.first), p.count);
                }
            });
            branch.add(dy, dRowsRD, routes);
            List<Tensor> gradients = new ArrayList<>(List.of(dChoicesTK));
            beside.ifPresent(_ -> gradients.add(dBranch));
            gradients.addAll(weightGradients(rows, du, active, dResults));
            return gradients;
        }

        /** Runs the backward pass of one expert's gate: du holds u and is overwritten with its gradient. */
        private void backward(
                Piece p, Matrix du, Matrix dActive, Matrix active, Matrix dResults, MemorySegment dChoice) {
            p.down.backward(precision.factors(dResults, Scratch.FACTORS, p.count, width), dActive, p.count);
            weights.gate.backward(du.rows(p.count), dActive.rows(p.count), active.rows(p.count), p.count, hidden);
            choiceGradients(p, du, dActive, active, dResults, dChoice);
        }

        private void gather(Matrix from, int first, int count, Matrix to) {
            for (int row = 0; row < count; row++) {
                MemorySegment.copy(
                        from.memory(),
                        from.row(routes.token(first + row)) * Float.BYTES,
                        to.memory(),
                        to.row(row) * Float.BYTES,
                        (long) width * Float.BYTES);
            }
        }

        /** Multiplies the gradients of expert outputs by their weights, and so everything derived from them. */
        private void weigh(int first, int count, Matrix dResults) {
            for (int row = 0; row < count; row++) {
                float scale = scale(weight(routes.assignment(first + row)));
                VectorMath.multiply(dResults.memory(), dResults.row(row), width, scale);
            }
        }

        /** Returns the weight, or 1 if it is too small to divide by; then {@link #choiceGradients} multiplies instead. */
        private static float scale(float weight) {
            return Math.abs(weight) < LEAST_WEIGHT ? 1 : weight;
        }

        /** Computes the gradient of each choice's weight from values that were already multiplied by it. */
        private void choiceGradients(
                Piece p, Matrix du, Matrix dActive, Matrix active, Matrix dResults, MemorySegment dChoice) {
            for (int row = 0; row < p.count; row++) {
                float sum =
                        VectorMath.dot(active.memory(), active.row(row), dActive.memory(), dActive.row(row), hidden);
                if (p.down.bias().isPresent()) {
                    sum += VectorMath.dot(p.down.bias().get(), 0, dResults.memory(), dResults.row(row), width);
                }
                long assignment = routes.assignment(p.first + row);
                float weight = weight(assignment);
                dChoice.set(FLOAT, assignment * Float.BYTES, sum / scale(weight));
                if (scale(weight) != weight) {
                    VectorMath.multiply(du.memory(), du.row(row), projected, weight);
                    VectorMath.multiply(dResults.memory(), dResults.row(row), width, weight);
                }
            }
        }

        private float weight(long assignment) {
            return choiceWeights.get(FLOAT, assignment * Float.BYTES);
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
            for (int expert = 0; expert < routes.experts(); expert++) {
                int count = routes.rowsOf(expert);
                Matrix dUp = ups.fromRow((long) expert * projected);
                Matrix dDown = downs.fromRow((long) expert * width);
                products.add(ofUp.fromRow(first), ofRows.fromRow(first), count, dUp, projected, width, up.adds());
                products.add(ofDown.fromRow(first), ofActive.fromRow(first), count, dDown, width, hidden, down.adds());
                first += count;
            }
            products.run();
            return gradients;
        }

        private Matrix replaced(Matrix rows, int columns) {
            if (precision != Precision.FULL) {
                Blas.forRows(
                        routes.rows(), (task, from, count) -> precision.replace(rows.fromRow(from), count, columns));
            }
            return precision.of(rows);
        }

        /** Returns the sums of each expert's rows. */
        private Tensor biasGradients(Tensor biases, Matrix rows) {
            CustomOp.Target target = CustomOp.target(biases);
            Matrix sums = Matrix.of(target.gradient());
            if (!target.adds()) {
                sums.memory().fill((byte) 0);
            }
            int row = 0;
            for (int expert = 0; expert < routes.experts(); expert++) {
                int end = row + routes.rowsOf(expert);
                for (; row < end; row++) {
                    VectorMath.add(rows.memory(), rows.row(row), sums.memory(), sums.row(expert), sums.stride());
                }
            }
            return target.gradient();
        }
    }
}
