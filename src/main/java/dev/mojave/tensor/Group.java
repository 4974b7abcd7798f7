package dev.mojave.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Processes (ranks) that train one model together: each computes a part of every batch, and the results are summed. All ranks call the same
 * methods in the same order; a call returns once all ranks have made it, with the same bits on each.
 */
public interface Group {
    /** One process by itself. */
    Group ALONE = new Group() {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public void sum(List<Tensor> tensors) {}

        @Override
        public List<Tensor> gather(Tensor own) {
            return List.of(own);
        }
    };

    /** Returns the number of ranks. */
    int size();

    /** Returns the number of this rank, from 0. */
    int rank();

    /** Sums these tensors over ranks, in place; their shapes are the same on all ranks. */
    void sum(List<Tensor> tensors);

    /** Returns the tensors of all ranks, in rank order, in the open scope; only the first dimension may differ between ranks. */
    List<Tensor> gather(Tensor own);

    /** Returns the element-wise sums over ranks; shorter arrays are padded with zeros. */
    default long[] sum(long[] values) {
        if (size() == 1) {
            return values;
        }
        try (Scope _ = Scope.open()) {
            long[] sums = {};
            for (Tensor one : gather(Tensors.of(values, values.length))) {
                long[] more = one.toLongs();
                sums = Arrays.copyOf(sums, Math.max(sums.length, more.length));
                for (int i = 0; i < more.length; i++) {
                    sums[i] += more[i];
                }
            }
            return sums;
        }
    }

    /** Returns the element-wise sums over ranks, added in rank order; shorter arrays are padded with zeros. */
    default double[] sum(double[] values) {
        if (size() == 1) {
            return values;
        }
        long[] bits =
                Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
        try (Scope _ = Scope.open()) {
            double[] sums = {};
            for (Tensor one : gather(Tensors.of(bits, bits.length))) {
                long[] more = one.toLongs();
                sums = Arrays.copyOf(sums, Math.max(sums.length, more.length));
                for (int i = 0; i < more.length; i++) {
                    sums[i] += Double.longBitsToDouble(more[i]);
                }
            }
            return sums;
        }
    }
}
