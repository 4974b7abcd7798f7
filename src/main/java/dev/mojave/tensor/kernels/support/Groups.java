package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.engine.Engine;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The partition of a batch's tokens into tasks. If the sequences divide evenly among the threads, a task consists of whole sequences: it
 * passes through a whole operation, attention included, without waiting for the others and with its rows in its core's cache. Otherwise all
 * sequences form one group, and the threads share each of its loops.
 */
public final class Groups {
    /** The work that the busiest thread may do, relative to an even share. */
    private static final double UNEVEN = 1.1;

    private final int sequences;
    private final int length;
    private final int each;
    private final int rowsOfTask;

    private Groups(int sequences, int length, int each) {
        this.sequences = sequences;
        this.length = length;
        this.each = each;
        this.rowsOfTask = each == sequences ? Blas.rowsOfTask(sequences * length) : Blas.pieces(each * length);
    }

    /** Partitions a batch. */
    public static Groups of(int sequences, int length) {
        int threads = Engine.current().threads();
        int ideal = Math.max(1, Math.round((float) Blas.rowsOfTask(sequences * length) / Math.max(1, length)));
        for (int each = ideal; each > 0; each--) {
            int tasks = (sequences + each - 1) / each;
            int rounds = (tasks + threads - 1) / threads;
            if ((double) rounds * each * threads <= UNEVEN * sequences) {
                return new Groups(sequences, length, each);
            }
        }
        return new Groups(sequences, length, sequences);
    }

    /** Partitions rows that are independent of each other. */
    public static Groups ofRows(int rows) {
        return new Groups(1, rows, 1);
    }

    /** Returns the number of sequences in the batch. */
    public int sequences() {
        return sequences;
    }

    /** Returns the number of tokens per sequence. */
    public int length() {
        return length;
    }

    /** Returns how many tokens there are. */
    public int rows() {
        return sequences * length;
    }

    private int count() {
        return (sequences + each - 1) / each;
    }

    private int tasksOfGroup() {
        return (each * length + rowsOfTask - 1) / rowsOfTask;
    }

    /** Returns the number of tasks of {@link Group#forRows} over all groups. */
    public int tasks() {
        return count() * tasksOfGroup();
    }

    /** Runs a loop over groups; its body may multiply. */
    public void forEach(Consumer<Group> body) {
        if (count() == 1) {
            body.accept(new Group(0));
        } else {
            Blas.forEach(count(), i -> body.accept(new Group(i)));
        }
    }

    /** A group of whole sequences. */
    public final class Group {
        private final int index;
        private final int first;
        private final int count;

        private Group(int index) {
            this.index = index;
            this.first = index * each;
            this.count = Math.min(each, sequences - first);
        }

        /** Returns the first sequence. */
        public int first() {
            return first;
        }

        /** Returns the number of sequences. */
        public int count() {
            return count;
        }

        /** Returns the first row, counted in the whole batch. */
        public int from() {
            return first * length;
        }

        /** Returns how many tokens there are. */
        public int rows() {
            return count * length;
        }

        /** Runs a loop over tasks, which may call matrix products; sequences without tokens have no tasks. */
        public void forEach(int tasks, IntConsumer body) {
            if (length == 0) {
                return;
            }
            if (Groups.this.count() == 1) {
                Blas.forEach(tasks, body);
            } else {
                for (int i = 0; i < tasks; i++) {
                    body.accept(i);
                }
            }
        }

        /** Runs a loop over tasks of the group's rows, numbered within the whole batch; its body may call matrix products. */
        public void forRows(Blas.RowsBody body) {
            int tasks = (rows() + rowsOfTask - 1) / rowsOfTask;
            forEach(
                    tasks,
                    task -> body.accept(
                            index * tasksOfGroup() + task,
                            from() + task * rowsOfTask,
                            Math.min(rowsOfTask, rows() - task * rowsOfTask)));
        }
    }
}
