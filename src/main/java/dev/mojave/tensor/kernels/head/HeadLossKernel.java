package dev.mojave.tensor.kernels.head;

import dev.mojave.base.Check;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.ColumnSums;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.support.WeightGradients;
import dev.mojave.tensor.kernels.vector.VectorSoftmax;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

// Shapes: N tokens, D model width, V vocabulary, R tokens of a chunk.
/**
 * The final norm, head and loss of a language model as one operation: {@code mean_n (log sum_v e^{z_nv} - z_{n,target}) } with {@code z = norm(x) W^T}, in nats,
 * over the tokens whose target is not {@value SoftmaxCrossEntropy#IGNORED}. At most {@value #MOST_LOGITS} logits exist at a time, never all
 * (N, V): those of a chunk are overwritten with their gradients {@code (softmax(z) - onehot) / count}, from which the gradients of x and W
 * are computed at once; the backward pass returns them.
 */
public final class HeadLossKernel {
    /** Maximum number of logits in memory: 32 MB. */
    private static final long MOST_LOGITS = 8L << 20;

    private HeadLossKernel() {}

    /**
     * Returns the mean cross-entropy, a float32 scalar; differentiable.
     *
     * @param x float32 (..., D)
     * @param targets int64, a class in [0, V) or {@value SoftmaxCrossEntropy#IGNORED} for each of the N tokens
     * @param norm of width D
     * @param headVD float32 (V, D)
     * @param compute type of the products' factors: float32 or bfloat16
     */
    public static Tensor apply(Tensor x, Tensor targets, Normalisation norm, Tensor headVD, DType compute) {
        Optional<Precision> precision = Fused.precision(compute, x, headVD);
        return precision.isPresent()
                ? fused(x, targets, norm, headVD, precision.get())
                : plain(x, targets, norm, headVD, compute);
    }

    /** Runs the fused kernel regardless of the engine's choice; the parameters are those of {@link #apply}. */
    public static Tensor fused(Tensor x, Tensor targets, Normalisation norm, Tensor headVD, Precision precision) {
        return new Pass(x, targets, norm, headVD, precision).loss();
    }

    /** The reference implementation in libtorch operations. */
    public static Tensor plain(Tensor x, Tensor targets, Normalisation norm, Tensor headVD, DType compute) {
        Tensor product = new Projection(headVD, Optional.empty()).plain(norm.apply(x), compute);
        Tensor logits = compute == DType.FLOAT32 ? product : product.to(DType.FLOAT32);
        return SoftmaxCrossEntropy.consuming(logits.reshape(-1, headVD.size(0)), targets.reshape(-1));
    }

    /** One forward pass, which includes most of the backward pass. */
    private static final class Pass {
        private final Tensor input;
        private final Tensor x;
        private final Normalisation norm;
        private final Tensor headVD;
        private final Precision precision;
        private final int width;
        private final int classes;
        private final int tokens;
        private final int chunk;
        private final boolean recording;
        private final int[] targets;
        private final float scale;
        private final double[] losses;

        Pass(Tensor input, Tensor targets, Normalisation norm, Tensor headVD, Precision precision) {
            this.input = input;
            this.x = input.detach().contiguous();
            this.norm = norm;
            this.headVD = headVD;
            this.precision = precision;
            this.width = Math.toIntExact(headVD.size(1));
            this.classes = Math.toIntExact(headVD.size(0));
            this.tokens = Math.toIntExact(x.elements() / width);
            this.chunk = Math.clamp(MOST_LOGITS / classes, 1, Math.max(1, tokens));
            List<Tensor> inputs = inputs();
            this.recording = CustomOp.recording(inputs.toArray(new Tensor[0]));
            this.targets = targets(targets);
            this.scale = 1f / counted();
            this.losses = new double[tokens];
        }

        private List<Tensor> inputs() {
            List<Tensor> inputs = new ArrayList<>(List.of(input));
            inputs.addAll(norm.parameters());
            inputs.add(headVD);
            return inputs;
        }

        private int[] targets(Tensor targets) {
            int[] all =
                    Arrays.stream(targets.toLongs()).mapToInt(Math::toIntExact).toArray();
            Check.that(all.length == tokens, "%d targets for %d tokens", all.length, tokens);
            for (int target : all) {
                Check.that(
                        target == SoftmaxCrossEntropy.IGNORED || (target >= 0 && target < classes),
                        "target %d is not a class in [0, %d)",
                        target,
                        classes);
            }
            return all;
        }

        private long counted() {
            return Arrays.stream(targets)
                    .filter(t -> t != SoftmaxCrossEntropy.IGNORED)
                    .count();
        }

        Tensor loss() {
            List<Tensor> gradients = recording ? gradients() : measured();
            double sum = 0;
            for (double loss : losses) {
                sum += loss;
            }
            Tensor loss = Tensors.scalar(sum / counted());
            return CustomOp.attach(loss, inputs(), d -> scaled(gradients, d.item()));
        }

        private static List<Tensor> scaled(List<Tensor> gradients, double factor) {
            if (factor != 1) {
                gradients.forEach(gradient -> gradient.mulInPlace(factor));
            }
            return gradients;
        }

        /** Computes only the losses. */
        private List<Tensor> measured() {
            Chunk part = new Chunk(Optional.empty());
            for (int from = 0; from < tokens; from += chunk) {
                part.run(from, Math.min(chunk, tokens - from));
            }
            return List.of();
        }

        private List<Tensor> gradients() {
            Tensor dx = Tensors.zeros(DType.FLOAT32, x.shape());
            Tensor dHead = Tensors.empty(DType.FLOAT32, classes, width);
            int chunks = (tokens + chunk - 1) / chunk;
            ColumnSums sums =
                    new ColumnSums(chunks * Blas.tasks(chunk), norm.rows().sums());
            Chunk part = new Chunk(Optional.of(new Gradients(Matrix.of(dx), sums)));
            for (int from = 0; from < tokens; from += chunk) {
                int count = Math.min(chunk, tokens - from);
                part.run(from, count);
                WeightGradients product = new WeightGradients();
                product.add(
                        precision.of(part.logits),
                        precision.of(part.normed),
                        count,
                        Matrix.of(dHead),
                        classes,
                        width,
                        from > 0);
                product.run();
            }
            List<Tensor> gradients = new ArrayList<>(List.of(dx));
            norm.parameters().forEach(parameter -> gradients.add(Tensors.zeros(DType.FLOAT32, width)));
            for (int i = 1; i < gradients.size(); i++) {
                sums.addTo(gradients.get(i), (i - 1) * width);
            }
            gradients.add(dHead);
            return gradients;
        }

        /** The destinations of gradients. */
        private record Gradients(Matrix dx, ColumnSums sums) {}

        /** Memory for the logits of one chunk after another. */
        private final class Chunk {
            private final Optional<Gradients> gradients;
            private final Tensor logitsRV = Tensors.empty(DType.FLOAT32, chunk, classes);
            private final Tensor normedRD = Tensors.empty(DType.FLOAT32, chunk, width);
            private final Tensor keptR2 = Tensors.empty(DType.FLOAT32, chunk, 2);
            private final Matrix logits = Matrix.of(logitsRV);
            private final Matrix normed = Matrix.of(normedRD);
            private final MemorySegment kept = keptR2.segment();
            private final Matrix in = Matrix.of(x);
            private final Normalisation.Rows norms = norm.rows();
            private final Projection.Rows head = new Projection(headVD, Optional.empty()).rows(precision);

            Chunk(Optional<Gradients> gradients) {
                this.gradients = gradients;
            }

            void run(int first, int count) {
                Blas.forRows(count, (task, from, rows) -> {
                    Matrix z = logits.fromRow(from);
                    Matrix h = normed.fromRow(from);
                    norms.forward(in.fromRow(first + from), h, kept, from, rows);
                    head.forward(precision.replace(h, rows, width), z, rows);
                    for (int row = 0; row < rows; row++) {
                        losses[first + from + row] = row(z.memory(), z.row(row), targets[first + from + row]);
                    }
                    if (gradients.isPresent()) {
                        Matrix dNormed = Scratch.matrix(0, rows, width);
                        head.backward(precision.replace(z, rows, classes), dNormed, rows);
                        Matrix x = in.fromRow(first + from);
                        Matrix dx = gradients.get().dx.fromRow(first + from);
                        Matrix sums = gradients.get().sums.ofTask(first / chunk * Blas.tasks(chunk) + task);
                        norms.backward(x, dNormed, dx, h, kept, from, rows, sums);
                        precision.replace(h, rows, width);
                    }
                });
            }

            private double row(MemorySegment z, long at, int target) {
                if (target == SoftmaxCrossEntropy.IGNORED) {
                    z.asSlice(at * Float.BYTES, (long) classes * Float.BYTES).fill((byte) 0);
                    return 0;
                }
                return recording
                        ? VectorSoftmax.lossAndGradient(z, z, at, at + classes, target, scale)
                        : VectorSoftmax.loss(z, at, at + classes, target);
            }
        }
    }
}
