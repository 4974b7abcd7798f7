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

// Shapes: B sequences, S tokens each, N = B S, D model width, H query heads, K key-value heads, C head size, P = (H + 2
// K) C.
/**
 * The attention half of a pre-norm block as one operation: {@code y = x + dropout(output(attention(rotate(qkv(norm(x))))))}, causal, with grouped
 * queries (arXiv 2305.13245). Kept for backward: the rotated projection (N, P), the mixed values (N, H C), and one number a head and
 * token; weights are made again ({@link AttentionRows}). The twin is the attention layer in libtorch operations, which also does what
 * this does not: a cache, dropout, normalised queries.
 */
public final class AttentionKernel {
    private AttentionKernel() {}

    /**
     * The weights.
     *
     * @param norm of width D
     * @param qkv (P, D): queries, keys, values
     * @param shape heads and rotation
     * @param output (D, H C)
     */
    public record Weights(Normalisation norm, Projection qkv, AttentionShape shape, Projection output) {
        private List<Tensor> parameters() {
            List<Tensor> all = new ArrayList<>(norm.parameters());
            all.add(qkv.weightOI());
            qkv.biasO().ifPresent(all::add);
            all.add(output.weightOI());
            output.biasO().ifPresent(all::add);
            return all;
        }
    }

    /**
     * Probabilities.
     *
     * @param ofWeights with which weights of attention are dropped
     * @param ofBranch with which results are dropped before they are added to x
     */
    public record Dropout(double ofWeights, double ofBranch) {
        /** Drops nothing. */
        public static final Dropout NONE = new Dropout(0, 0);
    }

    /** Returns whether this runs here: where not, the caller computes the twin. */
    public static boolean takes(Tensor x, DType compute) {
        return Fused.precision(compute, x).isPresent();
    }

    /**
     * Returns x plus its attention; differentiable.
     *
     * @param xBSD float32 (B, S, D)
     * @param visible what each query may see, boolean (B, 1, S, S), true = visible, itself always; absent = everything up to itself
     * @param dropout probabilities in force
     * @param compute type of the projections' factors, float32 or bfloat16; products between tokens are float32 in both
     */
    public static Tensor apply(Tensor xBSD, Optional<Tensor> visible, Weights weights, Dropout dropout, DType compute) {
        return fused(
                xBSD,
                visible,
                weights,
                Drop.draw(dropout.ofWeights),
                Drop.draw(dropout.ofBranch),
                Precision.of(compute).orElseThrow());
    }

    static Tensor fused(
            Tensor xBSD,
            Optional<Tensor> visible,
            Weights weights,
            Drop ofWeights,
            Drop ofBranch,
            Precision precision) {
        return new Pass(xBSD, visible, weights, ofWeights, ofBranch, precision).forward();
    }

    /** One forward and its backward. */
    private static final class Pass {
        private final Tensor input;
        private final Tensor x;
        private final Weights weights;
        private final Drop ofWeights;
        private final Drop ofBranch;
        private final Precision precision;
        private final AttentionShape shape;
        private final int batch;
        private final int length;
        private final int tokens;
        private final int width;
        private final Tensor keptN2;
        private final Tensor qkvNP;
        private final Tensor mixedNC;
        private final Tensor logSumsBHS;
        private final Optional<Tensor> maskBSS;

        Pass(
                Tensor input,
                Optional<Tensor> visible,
                Weights weights,
                Drop ofWeights,
                Drop ofBranch,
                Precision precision) {
            this.input = input;
            this.x = input.detach().contiguous();
            this.weights = weights;
            this.ofWeights = ofWeights;
            this.ofBranch = ofBranch;
            this.precision = precision;
            this.shape = weights.shape;
            this.batch = (int) x.size(0);
            this.length = (int) x.size(1);
            this.tokens = batch * length;
            this.width = weights.qkv.inputs();
            this.keptN2 = Tensors.empty(DType.FLOAT32, tokens, 2);
            this.qkvNP = Tensors.empty(precision.kept(), tokens, shape.projected());
            this.mixedNC = Tensors.empty(DType.FLOAT32, tokens, shape.queryWidth());
            this.logSumsBHS = Tensors.empty(DType.FLOAT32, batch, shape.heads(), length);
            this.maskBSS =
                    visible.map(mask -> mask.expand(batch, 1, length, length).contiguous());
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
            Projection.Rows project = weights.qkv.rows(precision);
            Projection.Rows output = weights.output.rows(precision);
            Rotations rotations = new Rotations(shape, length);
            MemorySegment kept = keptN2.segment();
            Matrix in = Matrix.of(x);
            Matrix keptQkv = Matrix.of(qkvNP);
            Matrix qkv = precision.values(qkvNP);
            Matrix mixed = Matrix.of(mixedNC);
            Blas.forRows(tokens, (task, from, count) -> {
                Matrix normed = Scratch.matrix(0, count, width);
                norm.forward(in.fromRow(from), normed, kept, from, count);
                project.forward(normed, qkv.fromRow(from), count);
                rotations.rotate(qkv, from, count, 1);
                // Backward makes the weights of attention again: from the very queries and keys of forward.
                keptQkv.fromRow(from).store(qkv.fromRow(from), count, shape.projected());
                keptQkv.fromRow(from).load(qkv.fromRow(from), count, shape.projected());
            });
            rows(qkv, mixed).forward();
            Blas.forRows(
                    tokens,
                    (task, from, count) -> output.forward(
                            mixed.fromRow(from), in.fromRow(from), out.fromRow(from), count, ofBranch, from));
        }

        private AttentionRows rows(Matrix qkv, Matrix mixed) {
            return new AttentionRows(
                    shape, batch, length, qkv, mixed, logSumsBHS.segment(), maskBSS.map(Tensor::segment), ofWeights);
        }

        private List<Tensor> backward(Tensor dy) {
            Tensor dMixedNC = Tensors.empty(DType.FLOAT32, tokens, shape.queryWidth());
            Tensor dQkvNP = Tensors.empty(DType.FLOAT32, tokens, shape.projected());
            Tensor normedND = Tensors.empty(DType.FLOAT32, tokens, width);
            Tensor dx = Tensors.empty(DType.FLOAT32, x.shape());
            Projection.Rows output = weights.output.rows(precision);
            Matrix dOut = Matrix.of(dy);
            Matrix dMixed = Matrix.of(dMixedNC);
            Matrix dQkv = Matrix.of(dQkvNP);
            // Autograd's own gradient must stay as it is.
            boolean own = precision != Precision.FULL || !ofBranch.isNone();
            Matrix dBranch = own ? Matrix.of(Tensors.empty(DType.FLOAT32, tokens, width)) : dOut;
            Matrix keptQkv = Matrix.of(qkvNP);
            Matrix qkv = precision.values(qkvNP);
            Matrix mixed = Matrix.of(mixedNC);
            Blas.forRows(tokens, (task, from, count) -> {
                keptQkv.fromRow(from).load(qkv.fromRow(from), count, shape.projected());
                if (own) {
                    ofBranch.copy(dOut.fromRow(from), dBranch.fromRow(from), from, count, width);
                }
                output.backward(dBranch.fromRow(from), dMixed.fromRow(from), count);
            });
            rows(qkv, mixed).backward(dMixed, dQkv);
            Sums sums = throughProjection(dOut, dBranch, dQkv, mixed, Matrix.of(normedND), Matrix.of(dx));
            WeightGradients products = new WeightGradients();
            List<Tensor> gradients = new ArrayList<>(List.of(dx));
            gradients.addAll(weights.norm.gradients(sums.columns, 0));
            gradients.add(products.add(
                    weights.qkv.weightOI(), precision.of(dQkv), precision.of(Matrix.of(normedND)), tokens));
            weights.qkv.biasO().ifPresent(b -> gradients.add(sums.columns.gradient(b, sums.qkvAt)));
            gradients.add(products.add(weights.output.weightOI(), precision.of(dBranch), precision.of(mixed), tokens));
            weights.output.biasO().ifPresent(b -> gradients.add(sums.columns.gradient(b, sums.outputAt)));
            products.run();
            return gradients;
        }

        private Sums throughProjection(
                Matrix dOut, Matrix dBranch, Matrix dQkv, Matrix mixed, Matrix normed, Matrix dIn) {
            Normalisation.Rows norm = weights.norm.rows();
            Projection.Rows project = weights.qkv.rows(precision);
            Rotations rotations = new Rotations(shape, length);
            Sums sums = new Sums(norm.sums());
            MemorySegment kept = keptN2.segment();
            Matrix in = Matrix.of(x);
            Blas.forRows(tokens, (task, from, count) -> {
                Matrix dNormed = Scratch.matrix(0, count, width);
                rotations.rotate(dQkv, from, count, -1);
                project.backward(dQkv.fromRow(from), dNormed, count);
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
                sums.biases(task, dQkv.fromRow(from), dBranch.fromRow(from), count);
                precision.replace(dQkv.fromRow(from), count, shape.projected());
                precision.replace(normed.fromRow(from), count, width);
                precision.replace(dBranch.fromRow(from), count, width);
                precision.replace(mixed.fromRow(from), count, shape.queryWidth());
            });
            return sums;
        }

        /** Sums over tokens: of the norm, then of the biases. */
        private final class Sums {
            private final int qkvAt;
            private final int outputAt;
            private final ColumnSums columns;

            Sums(int norm) {
                qkvAt = norm;
                outputAt = qkvAt + (weights.qkv.biasO().isPresent() ? shape.projected() : 0);
                columns = new ColumnSums(
                        Blas.tasks(tokens), outputAt + (weights.output.biasO().isPresent() ? width : 0));
            }

            void biases(int task, Matrix dQkv, Matrix dOut, int count) {
                if (weights.qkv.biasO().isPresent()) {
                    columns.add(task, qkvAt, dQkv, count, shape.projected());
                }
                if (weights.output.biasO().isPresent()) {
                    columns.add(task, outputAt, dOut, count, width);
                }
            }
        }
    }

    /** The rotation of rows of the projection by their positions. */
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

        /** Rotates the queries and keys of some rows, or with direction -1 rotates them back. */
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
