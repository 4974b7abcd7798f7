package dev.mojave.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * Processes (ranks) that train one model together: each computes a part of every batch, and what they computed is added up. All ranks call
 * the same methods in the same order; each method returns on a rank when all have called it, with the same bits on all of them.
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

    /** Adds up, in place, what every rank has in these tensors; their shapes are the same on all ranks. */
    void sum(List<Tensor> tensors);

    /** Returns what each rank gave, by rank, in the scope that is open; only the first dimension may differ between ranks. */
    List<Tensor> gather(Tensor own);

    /** Returns the sums over ranks, element by element; a shorter array counts as if zeros followed. */
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

    /** Returns the sums over ranks, element by element, added in the order of ranks; a shorter array counts as if zeros followed. */
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
