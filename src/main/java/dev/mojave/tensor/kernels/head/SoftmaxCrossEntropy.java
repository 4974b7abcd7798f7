package dev.mojave.tensor.kernels.head;

import dev.mojave.base.Check;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorSoftmax;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

// Shapes: N rows (tokens), V classes (vocabulary).
/**
 * Mean cross-entropy in nats, {@code mean_n (log sum_v e^{x_nv} - x_{n,target}) }, over the rows whose target is not
 * {@value #IGNORED}. The gradient {@code (softmax(x) - onehot) / count} is computed in the same pass as the loss, while a row is in
 * cache; libtorch keeps the log-softmax and allocates another copy in the backward pass. Row losses are summed in float64, in order.
 */
public final class SoftmaxCrossEntropy {
    /** The target of tokens that are excluded from the mean. */
    public static final long IGNORED = -100;

    private SoftmaxCrossEntropy() {}

    /**
     * Returns the mean cross-entropy, a float32 scalar; differentiable in the logits, which are not modified.
     *
     * @param logitsNV float logits (N, V)
     * @param targetsN int64 classes (N), each in [0, V) or {@value #IGNORED}
     */
    public static Tensor apply(Tensor logitsNV, Tensor targetsN) {
        return Fused.supports(logitsNV) ? fused(logitsNV, targetsN, false) : plain(logitsNV, targetsN);
    }

    /**
     * Computes the same for logits that are not read afterwards: if a gradient is needed, it overwrites them, so that no second (N, V)
     * block of memory is needed.
     */
    public static Tensor consuming(Tensor logitsNV, Tensor targetsN) {
        return Fused.supports(logitsNV) ? fused(logitsNV, targetsN, true) : plain(logitsNV, targetsN);
    }

    /** The reference implementation: libtorch's own operation. */
    public static Tensor plain(Tensor logitsNV, Tensor targetsN) {
        return Functions.crossEntropy(logitsNV, targetsN);
    }

    private static Tensor fused(Tensor inputNV, Tensor targetsN, boolean consume) {
        Tensor logitsNV = inputNV.detach().contiguous();
        long rows = logitsNV.size(0);
        long classes = logitsNV.size(1);
        long[] targets = targets(targetsN, rows, classes);
        long counted = Arrays.stream(targets).filter(t -> t != IGNORED).count();
        MemorySegment x = logitsNV.segment();
        double[] losses = new double[Math.toIntExact(rows)];
        long rowsPerChunk = Math.max(1, Fused.GRAIN / classes);
        if (!CustomOp.recording(inputNV)) {
            Workers.forRanges(rows, rowsPerChunk, (from, to) -> {
                for (int row = (int) from; row < to; row++) {
                    losses[row] = targets[row] == IGNORED
                            ? 0
                            : VectorSoftmax.loss(x, row * classes, (row + 1) * classes, targets[row]);
                }
            });
            return mean(losses, counted);
        }
        Tensor gradientNV = consume ? logitsNV : Tensors.empty(DType.FLOAT32, rows, classes);
        MemorySegment dx = gradientNV.segment();
        float scale = 1f / counted;
        Workers.forRanges(rows, rowsPerChunk, (from, to) -> {
            for (int row = (int) from; row < to; row++) {
                losses[row] = row(x, dx, row * classes, (row + 1) * classes, targets[row], scale);
            }
        });
        return CustomOp.attach(mean(losses, counted), List.of(inputNV), d -> List.of(scaled(gradientNV, d.item())));
    }

    private static double row(MemorySegment x, MemorySegment dx, long from, long to, long target, float scale) {
        if (target == IGNORED) {
            dx.asSlice(from * Float.BYTES, (to - from) * Float.BYTES).fill((byte) 0);
            return 0;
        }
        return VectorSoftmax.lossAndGradient(x, dx, from, to, target, scale);
    }

    private static Tensor mean(double[] losses, long counted) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return Tensors.scalar(sum / counted);
    }

    private static Tensor scaled(Tensor gradientNV, double factor) {
        return factor == 1 ? gradientNV : gradientNV.mulInPlace(factor);
    }

    private static long[] targets(Tensor targetsN, long rows, long classes) {
        long[] targets = targetsN.toLongs();
        Check.that(targets.length == rows, "%d targets for %d rows of logits", targets.length, rows);
        for (long target : targets) {
            Check.that(
                    target == IGNORED || (target >= 0 && target < classes),
                    "target %d is not a class in [0, %d)",
                    target,
                    classes);
        }
        return targets;
    }
}
