package dev.mojave.optim;

import dev.mojave.nn.Parameter;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The gradients of all parameters together. */
public final class Gradients {
    private Gradients() {}

    /** Returns the Euclidean norm over all gradients, each parameter counted once. */
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
     * Adds up the gradients of all ranks. A parameter that backward reached on some ranks only has a gradient of zeros on the others, one
     * that it reached on none stays without.
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

    /** Returns what gradients are multiplied by so that their norm is at most {@code limit}; 0 = no limit. */
    public static double clipScale(double norm, double limit) {
        return limit > 0 && norm > limit ? limit / (norm + 1e-6) : 1;
    }

    /** Forgets all gradients. */
    public static void clear(List<Parameter> parameters) {
        parameters.forEach(p -> p.value().clearGrad());
    }
}
