package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;

/**
 * Sums over rows, the gradients of biases and of norms: each task adds its rows to sums of its own, and these are added in the order
 * of tasks, whichever thread was first.
 */
public final class ColumnSums {
    private final int tasks;
    private final Matrix sums;

    /** Starts at 0. Belongs to the scope that is open, like the tensor that holds the sums. */
    public ColumnSums(int tasks, int columns) {
        this.tasks = tasks;
        this.sums = Matrix.of(Tensors.zeros(DType.FLOAT32, tasks, columns));
    }

    /** Returns a task's own sums: one row. */
    public Matrix ofTask(int task) {
        return sums.fromRow(task);
    }

    /** Adds rows to a task's sums from a column on. */
    public void add(int task, int column, Matrix rows, int count, int width) {
        long to = sums.row(task) + column;
        for (int row = 0; row < count; row++) {
            VectorMath.add(rows.memory(), rows.row(row), sums.memory(), to, width);
        }
    }

    /** Adds all tasks' sums of some columns to the gradient of a vector, or makes it; returns it. */
    public Tensor gradient(Tensor vector, int column) {
        CustomOp.Target target = CustomOp.target(vector);
        if (!target.adds()) {
            target.gradient().segment().fill((byte) 0);
        }
        addTo(target.gradient(), column);
        return target.gradient();
    }

    /** Adds all tasks' sums, from a column on, to a vector. */
    public void addTo(Tensor vector, int column) {
        MemorySegment total = vector.segment();
        int width = Math.toIntExact(vector.elements());
        for (int task = 0; task < tasks; task++) {
            VectorMath.add(sums.memory(), sums.row(task) + column, total, 0, width);
        }
    }
}
