package dev.mojave.tensor.kernels.head;

import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorSoftmax;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

// Shapes: N rows (tokens), V classes (vocabulary), D width.
/**
 * The cross-entropy of every single row, {@code log sum_v e^{x_v} - x_target} with {@code x = h W^T}. Rows are processed in chunks whose
 * logits stay in cache, so a (tokens, vocabulary) block never exists.
 */
public final class TokenLosses {
    /** Logits per chunk: 4 MB, a share of the last-level cache. */
    private static final long CHUNK = 1 << 20;

    private TokenLosses() {}

    /**
     * Returns the losses in nats (N).
     *
     * @param hiddenND float32 (N, D)
     * @param headVD float32 (V, D)
     * @param targets classes (N), each in [0, V)
     */
    public static double[] of(Tensor hiddenND, Tensor headVD, int[] targets) {
        int rows = targets.length;
        int step = (int) Math.max(1, CHUNK / headVD.size(0));
        double[] losses = new double[rows];
        for (int from = 0; from < rows; from += step) {
            int count = Math.min(step, rows - from);
            try (Scope _ = Scope.open()) {
                Tensor logitsNV = Functions.linear(hiddenND.narrow(0, from, count), headVD);
                double[] part =
                        Fused.supports(logitsNV) ? fused(logitsNV, targets, from) : plain(logitsNV, targets, from);
                System.arraycopy(part, 0, losses, from, count);
            }
        }
        return losses;
    }

    /** The reference implementation in libtorch operations. */
    static double[] plain(Tensor logitsNV, int[] targets, int from) {
        int rows = (int) logitsNV.size(0);
        long[] wanted =
                IntStream.range(0, rows).mapToLong(i -> targets[from + i]).toArray();
        float[] values = Functions.logSoftmax(logitsNV, 1)
                .gather(1, Tensors.of(wanted, rows, 1))
                .toFloats();
        return IntStream.range(0, rows).mapToDouble(i -> -values[i]).toArray();
    }

    private static double[] fused(Tensor logitsNV, int[] targets, int from) {
        int rows = (int) logitsNV.size(0);
        long classes = logitsNV.size(1);
        MemorySegment x = logitsNV.segment();
        double[] losses = new double[rows];
        Workers.forRanges(rows, Math.max(1, Fused.GRAIN / classes), (first, last) -> {
            for (int row = (int) first; row < last; row++) {
                losses[row] = VectorSoftmax.loss(x, row * classes, (row + 1) * classes, targets[from + row]);
            }
        });
        return losses;
    }
}
