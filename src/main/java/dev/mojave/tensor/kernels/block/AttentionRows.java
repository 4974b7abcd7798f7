package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.Scratch;
import dev.mojave.tensor.kernels.vector.VectorAttention;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

// Shapes: B sequences, S tokens each, H query heads, K key-value heads, C head size, P = (H + 2 K) C.
/**
 * Causal attention on memory segments: queries, keys and values are read in place from their projection, rows (B S, P). Blocks of {@value
 * #BLOCK} queries of a head are multiplied with the keys up to theirs; the block of weights stays in cache between its two products, and
 * the backward pass recomputes it, as in FlashAttention (arXiv 2205.14135), so no (S, S) matrix is ever kept.
 */
final class AttentionRows {
    private static final int BLOCK = 64;

    private final AttentionShape shape;
    private final int tokens;
    private final Matrix qkv;
    private final Matrix mixed;
    private final MemorySegment logSums;
    private final Optional<MemorySegment> mask;
    private final DropoutMask drop;

    /**
     * Creates attention over these arrays.
     *
     * @param qkv (B S, P), rotated
     * @param mixed (B S, H C), the output
     * @param logSums (B, H, S), kept for the backward pass
     * @param mask (B, S, S), one byte each, non-zero where a query sees one of the tokens up to itself; empty if it sees all of them
     * @param drop dropout mask of the weights; rows are indexed like {@code logSums}, columns like keys
     */
    AttentionRows(
            AttentionShape shape,
            int tokens,
            Matrix qkv,
            Matrix mixed,
            MemorySegment logSums,
            Optional<MemorySegment> mask,
            DropoutMask drop) {
        this.shape = shape;
        this.tokens = tokens;
        this.qkv = qkv;
        this.mixed = mixed;
        this.logSums = logSums;
        this.mask = mask;
        this.drop = drop;
    }

    /** Writes {@code softmax(q k^T / sqrt(C)) v} of a group's sequences. */
    void forward(Groups.Group group) {
        group.forEach(group.count() * shape.heads(), task -> {
            Head head = new Head(group.first() + task / shape.heads(), task % shape.heads());
            for (int from = 0; from < tokens; from += BLOCK) {
                forward(head, from, Math.min(BLOCK, tokens - from));
            }
        });
    }

    private void forward(Head head, int from, int rows) {
        int size = shape.headSize();
        int seen = from + rows;
        Matrix weights = Scratch.matrix(0, rows, VectorMath.padded(seen));
        Blas.multiplyTransposed(rows, seen, size, head.query.fromRow(from), head.key, 0, weights);
        for (int row = 0; row < rows; row++) {
            hide(head, weights, from, row);
            float logSum =
                    VectorAttention.softmax(weights.memory(), weights.row(row), from + row + 1, seen, shape.scale());
            logSums.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, head.logSum(from + row), logSum);
            drop.applyToRow(weights, row, head.logSum(from + row), from + row + 1);
        }
        Blas.multiply(rows, size, seen, weights, head.value, 0, head.mixed.fromRow(from));
    }

    /**
     * Writes the gradients of a group's queries, keys and values.
     *
     * @param dMixed gradient of the output (B S, H C)
     * @param dQkv (B S, P), overwritten
     */
    void backward(Groups.Group group, Matrix dMixed, Matrix dQkv) {
        group.forEach(group.count() * shape.keyValueHeads(), task -> {
            int sequence = group.first() + task / shape.keyValueHeads();
            int first = task % shape.keyValueHeads() * shape.group();
            // From the last block to the first: the last one covers all keys, so it writes the gradients to which the
            // others add.
            for (int h = first; h < first + shape.group(); h++) {
                Head head = new Head(sequence, h);
                for (int from = (tokens - 1) / BLOCK * BLOCK; from >= 0; from -= BLOCK) {
                    boolean begins = h == first && from + BLOCK >= tokens;
                    backward(head, from, Math.min(BLOCK, tokens - from), dMixed, dQkv, begins ? 0 : 1);
                }
            }
        });
    }

    private void backward(Head head, int from, int rows, Matrix dMixed, Matrix dQkv, float beta) {
        int size = shape.headSize();
        int seen = from + rows;
        Matrix weights = Scratch.matrix(0, rows, VectorMath.padded(seen));
        Matrix dWeights = Scratch.matrix(1, rows, VectorMath.padded(seen));
        Matrix dOut = head.ofQuery(dMixed).fromRow(from);
        Blas.multiplyTransposed(rows, seen, size, head.query.fromRow(from), head.key, 0, weights);
        Blas.multiplyTransposed(rows, seen, size, dOut, head.value, 0, dWeights);
        for (int row = 0; row < rows; row++) {
            hide(head, weights, from, row);
            drop.applyToRow(dWeights, row, head.logSum(from + row), from + row + 1);
            float inner =
                    VectorMath.dot(head.mixed.memory(), head.mixed.row(from + row), dOut.memory(), dOut.row(row), size);
            float logSum = logSums.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, head.logSum(from + row));
            VectorAttention.backward(
                    weights.memory(),
                    dWeights.memory(),
                    weights.row(row),
                    from + row + 1,
                    seen,
                    shape.scale(),
                    logSum,
                    inner);
            drop.applyToRow(weights, row, head.logSum(from + row), from + row + 1);
        }
        Blas.transposedMultiply(seen, size, rows, weights, dOut, beta, head.ofValue(dQkv));
        Blas.transposedMultiply(seen, size, rows, dWeights, head.query.fromRow(from), beta, head.ofKey(dQkv));
        Blas.multiply(
                rows, size, seen, dWeights, head.key, 0, head.ofQuery(dQkv).fromRow(from));
    }

    private void hide(Head head, Matrix scores, int from, int row) {
        if (mask.isPresent()) {
            long maskRow = ((long) head.sequence * tokens + from + row) * tokens;
            VectorAttention.hide(scores.memory(), scores.row(row), mask.get(), maskRow, from + row + 1);
        }
    }

    /** The location of one query head of one sequence. */
    private final class Head {
        private final int sequence;
        private final int head;
        private final Matrix query;
        private final Matrix key;
        private final Matrix value;
        private final Matrix mixed;

        Head(int sequence, int head) {
            this.sequence = sequence;
            this.head = head;
            this.query = ofQuery(qkv);
            this.key = ofKey(qkv);
            this.value = ofValue(qkv);
            this.mixed = ofQuery(AttentionRows.this.mixed);
        }

        Matrix ofQuery(Matrix rows) {
            return part(rows, head);
        }

        Matrix ofKey(Matrix rows) {
            return part(rows, shape.heads() + head / shape.group());
        }

        Matrix ofValue(Matrix rows) {
            return part(rows, shape.heads() + shape.keyValueHeads() + head / shape.group());
        }

        private Matrix part(Matrix rows, int column) {
            return rows.fromRow((long) sequence * tokens).fromColumn((long) column * shape.headSize());
        }

        long logSum(int token) {
            return ((long) sequence * shape.heads() + head) * tokens + token;
        }
    }
}
