package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.vector.VectorMath;
import java.lang.foreign.MemorySegment;

/**
 * Sums over rows, for the gradients of biases and norms: each task adds its rows to sums of its own, which are then added in the order of
 * tasks, so that the result does not depend on the threads.
 */
public final class ColumnSums {
    private final int tasks;
    private final Matrix sums;

    /** Creates sums of 0, which belong to the open scope. */
    public ColumnSums(int tasks, int columns) {
        this.tasks = tasks;
        this.sums = Matrix.of(Tensors.zeros(DType.FLOAT32, tasks, columns));
    }

    /** Returns the sums of one task, a row. */
    public Matrix ofTask(int task) {
        return sums.fromRow(task);
    }

    /** Adds rows to the sums of a task, starting at a column. */
    public void add(int task, int column, Matrix rows, int count, int width) {
        long to = sums.row(task) + column;
        for (int row = 0; row < count; row++) {
            VectorMath.add(rows.memory(), rows.row(row), sums.memory(), to, width);
        }
    }

    /** Adds the sums of all tasks, starting at a column, to the gradient of a vector, or creates the gradient; returns it. */
    public Tensor gradient(Tensor vector, int column) {
        CustomOp.Target target = CustomOp.target(vector);
        if (!target.adds()) {
            target.gradient().segment().fill((byte) 0);
        }
        addTo(target.gradient(), column);
        return target.gradient();
    }

    /** Adds the sums of all tasks, starting at a column, to a vector. */
    public void addTo(Tensor vector, int column) {
        MemorySegment total = vector.segment();
        int width = Math.toIntExact(vector.elements());
        for (int task = 0; task < tasks; task++) {
            VectorMath.add(sums.memory(), sums.row(task) + column, total, 0, width);
        }
    }
}
