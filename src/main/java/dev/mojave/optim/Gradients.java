package dev.mojave.optim;

import dev.mojave.nn.Parameter;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operations on the gradients of all parameters together. */
public final class Gradients {
    private Gradients() {}

    /** Returns the Euclidean norm of all gradients together; parameters without a gradient count as zero. */
    public static double norm(List<Parameter> parameters) {
        try (Scope _ = Scope.open()) {
            return GradientNorm.of(parameters.stream()
                    .map(p -> p.value().grad())
                    .flatMap(Optional::stream)
                    .map(Tensor::contiguous)
                    .toList());
        }
    }

    /**
     * Sums the gradients over all ranks, in place. A parameter that has a gradient on only some ranks counts as zero on the
     * others; one that has a gradient on no rank remains without one.
     */
    public static void sum(List<Parameter> parameters, Group group) {
        if (group.size() == 1) {
            return;
        }
        long[] reached = group.sum(parameters.stream()
                .mapToLong(p -> p.value().grad().isPresent() ? 1 : 0)
                .toArray());
        try (Scope _ = Scope.open()) {
            group.sum(IntStream.range(0, parameters.size())
                    .filter(i -> reached[i] > 0)
                    .mapToObj(i -> parameters.get(i).value().gradOrZeros())
                    .toList());
        }
    }

    /** Returns the factor on gradients that limits their norm to {@code limit}; a limit of 0 means no limit. */
    public static double clipScale(double norm, double limit) {
        return limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1;
    }

    /** Removes all gradients. */
    public static void clear(List<Parameter> parameters) {
        parameters.forEach(p -> p.value().clearGrad());
    }
}
