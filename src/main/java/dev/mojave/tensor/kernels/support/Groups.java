package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.engine.Engine;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * How the tokens of a batch are cut into tasks. Where sequences share evenly among threads, a task is some whole sequences: it goes through
 * all of an operation, attention included, without waiting for the others and with its rows in its core's cache. Otherwise all sequences
 * are one group, and the threads share each of its loops.
 */
public final class Groups {
    /** What the slowest thread may do more than its share. */
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

    /** Cuts a batch. */
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

    /** Rows that have nothing to do with each other. */
    public static Groups ofRows(int rows) {
        return new Groups(1, rows, 1);
    }

    /** Returns how many sequences the batch has. */
    public int sequences() {
        return sequences;
    }

    /** Returns how many tokens a sequence has. */
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

    /** Returns how many numbers {@link Group#forRows} hands out as those of its tasks. */
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

    /** Some whole sequences. */
    public final class Group {
        private final int index;
        private final int first;
        private final int count;

        private Group(int index) {
            this.index = index;
            this.first = index * each;
            this.count = Math.min(each, sequences - first);
        }

        /** The first sequence. */
        public int first() {
            return first;
        }

        /** How many sequences. */
        public int count() {
            return count;
        }

        /** The first row, of all of the batch's. */
        public int from() {
            return first * length;
        }

        /** Returns how many tokens there are. */
        public int rows() {
            return count * length;
        }

        /** Runs a loop over tasks, of which sequences of no tokens have none; its body may multiply. */
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

        /** Runs a loop over tasks of the group's rows, numbered among all of the batch's; its body may multiply. */
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
