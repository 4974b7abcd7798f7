package dev.mojave.tensor.kernels;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: N tokens, D model width, I intermediate size, P projections (1 GELU, 2 SwiGLU).
/**
 * The feed-forward half of a pre-norm block as one operation: {@code y = x + dropout(down(gate(up(norm(x)))))}. Some hundred tokens at a time
 * go all the way while they are in the core's cache; only {@code up}'s result (N, P I) is kept for backward, where it turns into its own
 * gradient. The twin is the same in libtorch operations: nine nodes of a graph and as many passes over memory.
 */
public final class FeedForwardKernel {
    private FeedForwardKernel() {}

    /**
     * The weights.
     *
     * @param norm of width D
     * @param up (P I, D)
     * @param gate between the projections
     * @param down (D, I)
     */
    public record Weights(Normalisation norm, Projection up, Gate gate, Projection down) {
        private List<Tensor> parameters() {
            List<Tensor> all = new ArrayList<>(norm.parameters());
            all.add(up.weightOI());
            up.biasO().ifPresent(all::add);
            all.add(down.weightOI());
            down.biasO().ifPresent(all::add);
            return all;
        }
    }

    /**
     * Returns x plus its feed-forward; differentiable.
     *
     * @param x float32 (..., D)
     * @param dropout probability in force
     * @param compute type of the products' factors: float32 or bfloat16
     */
    public static Tensor apply(Tensor x, Weights weights, double dropout, DType compute) {
        Optional<Precision> precision = Fused.precision(compute, x, weights.up.weightOI());
        return precision.isPresent()
                ? fused(x, weights, Drop.draw(dropout), precision.get())
                : plain(x, weights, dropout, compute);
    }

    static Tensor fused(Tensor x, Weights weights, Drop drop, Precision precision) {
        return new Pass(x, weights, drop, precision).forward();
    }

    /** The twin in libtorch operations. */
    static Tensor plain(Tensor x, Weights w, double dropout, DType compute) {
        Tensor active = w.gate.apply(w.up.plain(w.norm.apply(x), compute));
        return x.add(DropoutKernel.apply(w.down.plain(active, compute), dropout));
    }

    /** One forward and its backward. */
    private static final class Pass {
        private final Tensor input;
        private final Tensor x;
        private final Weights weights;
        private final Drop drop;
        private final Precision precision;
        private final int tokens;
        private final int width;
        private final int hidden;
        private final int projected;
        private final Tensor keptN2;
        private final Tensor uNP;

        Pass(Tensor input, Weights weights, Drop drop, Precision precision) {
            this.input = input;
            this.x = input.detach().contiguous();
            this.weights = weights;
            this.drop = drop;
            this.precision = precision;
            this.width = weights.up.inputs();
            this.hidden = weights.down.inputs();
            this.projected = weights.up.outputs();
            this.tokens = Math.toIntExact(x.elements() / width);
            this.keptN2 = Tensors.empty(DType.FLOAT32, tokens, 2);
            this.uNP = Tensors.empty(precision.kept(), tokens, projected);
        }

        Tensor forward() {
            Tensor y = Tensors.empty(DType.FLOAT32, x.shape());
            try (Scope _ = Scope.open()) {
                forward(Matrix.of(y));
            }
            List<Tensor> inputs = new ArrayList<>(List.of(input));
            inputs.addAll(weights.parameters());
            return CustomOp.attach(y, inputs, dy -> backward(dy.contiguous()));
        }

        private void forward(Matrix out) {
            Normalisation.Rows norm = weights.norm.rows();
            Projection.Rows up = weights.up.rows(precision);
            Projection.Rows down = weights.down.rows(precision);
            MemorySegment kept = keptN2.segment();
            Matrix in = Matrix.of(x);
            Matrix u = Matrix.of(uNP);
            Blas.forRows(tokens, (task, from, count) -> {
                Matrix normed = Scratch.matrix(0, count, width);
                Matrix active = Scratch.matrix(1, count, hidden);
                norm.forward(in.fromRow(from), normed, kept, from, count);
                Matrix values = u.fromRow(from).values(2, count, projected);
                up.forward(normed, values, count);
                weights.gate.forward(values.rows(count), active.rows(count), count, hidden);
                u.fromRow(from).store(values, count, projected);
                down.forward(active, in.fromRow(from), out.fromRow(from), count, drop, from);
            });
        }

        private List<Tensor> backward(Tensor dy) {
            Tensor dx = Tensors.empty(DType.FLOAT32, x.shape());
            Tensor normedND = Tensors.empty(DType.FLOAT32, tokens, width);
            Tensor activeNI = Tensors.empty(DType.FLOAT32, tokens, hidden);
            Normalisation.Rows norm = weights.norm.rows();
            Sums sums = new Sums(norm.sums());
            Projection.Rows up = weights.up.rows(precision);
            Projection.Rows down = weights.down.rows(precision);
            MemorySegment kept = keptN2.segment();
            Matrix in = Matrix.of(x);
            Matrix u = Matrix.of(uNP);
            Matrix dOut = Matrix.of(dy);
            // Autograd's own gradient must stay as it is.
            boolean own = precision != Precision.FULL || !drop.isNone();
            Matrix du = precision.values(uNP);
            Matrix dBranch = own ? Matrix.of(Tensors.empty(DType.FLOAT32, tokens, width)) : dOut;
            Matrix dIn = Matrix.of(dx);
            Matrix normed = Matrix.of(normedND);
            Matrix active = Matrix.of(activeNI);
            Blas.forRows(tokens, (task, from, count) -> {
                Matrix dActive = Scratch.matrix(0, count, hidden);
                Matrix dNormed = Scratch.matrix(1, count, width);
                if (own) {
                    drop.copy(dOut.fromRow(from), dBranch.fromRow(from), from, count, width);
                }
                down.backward(dBranch.fromRow(from), dActive, count);
                u.fromRow(from).load(du.fromRow(from), count, projected);
                weights.gate.backward(
                        du.fromRow(from).rows(count),
                        dActive.rows(count),
                        active.fromRow(from).rows(count),
                        count,
                        hidden);
                up.backward(du.fromRow(from), dNormed, count);
                dIn.fromRow(from).rows(count).copyFrom(dOut.fromRow(from).rows(count));
                norm.backward(
                        in.fromRow(from),
                        dNormed,
                        dIn.fromRow(from),
                        normed.fromRow(from),
                        kept,
                        from,
                        count,
                        sums.columns.ofTask(task));
                sums.biases(task, du.fromRow(from), dBranch.fromRow(from), count);
                precision.replace(normed.fromRow(from), count, width);
                precision.replace(du.fromRow(from), count, projected);
                precision.replace(dBranch.fromRow(from), count, width);
                precision.replace(active.fromRow(from), count, hidden);
            });
            WeightGradients products = new WeightGradients();
            List<Tensor> gradients = new ArrayList<>(List.of(dx));
            gradients.addAll(weights.norm.gradients(sums.columns, 0));
            gradients.add(products.add(weights.up.weightOI(), precision.of(du), precision.of(normed), tokens));
            weights.up.biasO().ifPresent(b -> gradients.add(sums.columns.gradient(b, sums.upAt)));
            gradients.add(products.add(weights.down.weightOI(), precision.of(dBranch), precision.of(active), tokens));
            weights.down.biasO().ifPresent(b -> gradients.add(sums.columns.gradient(b, sums.downAt)));
            products.run();
            return gradients;
        }

        /** Sums over tokens: of the norm, then of the biases. */
        private final class Sums {
            private final int upAt;
            private final int downAt;
            private final ColumnSums columns;

            Sums(int norm) {
                upAt = norm;
                downAt = upAt + (weights.up.biasO().isPresent() ? projected : 0);
                columns = new ColumnSums(
                        Blas.tasks(tokens), downAt + (weights.down.biasO().isPresent() ? width : 0));
            }

            void biases(int task, Matrix du, Matrix dy, int count) {
                if (weights.up.biasO().isPresent()) {
                    columns.add(task, upAt, du, count, projected);
                }
                if (weights.down.biasO().isPresent()) {
                    columns.add(task, downAt, dy, count, width);
                }
            }
        }
    }
}
