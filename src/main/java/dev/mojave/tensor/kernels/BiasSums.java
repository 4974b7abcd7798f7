package dev.mojave.tensor.kernels;

import dev.mojave.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The sums over tokens that a half's gradients need: of its norm, then of the biases of its first and its last projection. */
final class BiasSums {
    private final Normalisation norm;
    private final Projection first;
    private final Projection last;
    private final int firstAt;
    private final int lastAt;
    private final ColumnSums columns;

    BiasSums(int tasks, Normalisation norm, Projection first, Projection last) {
        this.norm = norm;
        this.first = first;
        this.last = last;
        this.firstAt = norm.rows().sums();
        this.lastAt = firstAt + (first.biasO().isPresent() ? first.outputs() : 0);
        this.columns = new ColumnSums(tasks, lastAt + (last.biasO().isPresent() ? last.outputs() : 0));
    }

    /** Where a task's rows of the norm's backward are added. */
    Matrix ofNorm(int task) {
        return columns.ofTask(task);
    }

    /** Adds rows of the gradients of both projections' results. */
    void add(int task, Matrix dFirst, Matrix dLast, int count) {
        if (first.biasO().isPresent()) {
            columns.add(task, firstAt, dFirst, count, first.outputs());
        }
        if (last.biasO().isPresent()) {
            columns.add(task, lastAt, dLast, count, last.outputs());
        }
    }

    /** Returns the gradients of the norm and of both projections, given those of their matrices, in the order of their parameters. */
    List<Tensor> gradients(Tensor dFirst, Tensor dLast) {
        List<Tensor> gradients = new ArrayList<>(norm.gradients(columns, 0));
        gradients.add(dFirst);
        first.biasO().ifPresent(b -> gradients.add(columns.gradient(b, firstAt)));
        gradients.add(dLast);
        last.biasO().ifPresent(b -> gradients.add(columns.gradient(b, lastAt)));
        return gradients;
    }
}
