package dev.mojave.nn;

import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Makes a model's parameters: normal for matrices with the standard deviation that an {@link Initializer} says, 0 for biases, 1 for
 * norms. Every parameter is registered under its dotted path in the order of making, which fixes the random draws.
 */
public final class Init {
    private final Rng rng;
    private final String path;
    private final Deviations deviations;
    private final Role matrices;
    private final List<Parameter> registry;
    private final List<Parameter> buffers;

    /** Standard deviations of matrices; {@code scale} is on all of them. */
    private record Deviations(Initializer initializer, double range, double scale) {
        double of(Role role, long inputs) {
            // A model that is about to be read draws nothing, whatever would begin it.
            return range == 0 ? 0 : initializer.deviation(range, role, inputs) * scale;
        }

        Deviations scaled(double factor) {
            return new Deviations(initializer, range, scale * factor);
        }
    }

    private Init(
            Rng rng,
            String path,
            Deviations deviations,
            Role matrices,
            List<Parameter> registry,
            List<Parameter> buffers) {
        this.rng = rng;
        this.path = path;
        this.deviations = deviations;
        this.matrices = matrices;
        this.registry = registry;
        this.buffers = buffers;
    }

    /** Starts the initialisation of a model whose matrices all have one standard deviation, but for those that are {@link #scaled}. */
    public static Init of(Rng rng, double standardDeviation) {
        return of(rng, new Initializer.Gpt2(), standardDeviation);
    }

    /** Starts the initialisation of a model; a {@code range} of 0 makes every matrix 0. */
    public static Init of(Rng rng, Initializer initializer, double range) {
        return new Init(
                rng, "", new Deviations(initializer, range, 1), Role.MATRIX, new ArrayList<>(), new ArrayList<>());
    }

    /** Returns the same initialisation one level down. */
    public Init child(String name) {
        return new Init(rng, path + name + ".", deviations, matrices, registry, buffers);
    }

    /** Returns the same initialisation with the standard deviation scaled, as residual projections want it. */
    public Init scaled(double factor) {
        return new Init(rng, path, deviations.scaled(factor), matrices, registry, buffers);
    }

    /** Returns the same initialisation for matrices of another role than {@link Role#MATRIX}. */
    public Init as(Role role) {
        return new Init(rng, path, deviations, role, registry, buffers);
    }

    /** Makes a matrix (outputs, inputs), or a stack of matrices, of normal values; weight decay applies. Nothing is drawn for a deviation of 0. */
    public Tensor matrix(String name, long... shape) {
        double standardDeviation = deviations.of(matrices, shape[shape.length - 1]);
        if (standardDeviation == 0) {
            return zeroMatrix(name, shape);
        }
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.normal(rng, 0, standardDeviation, shape), matrices);
        }
    }

    /** Makes a matrix of zeros; weight decay applies. */
    public Tensor zeroMatrix(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.zeros(DType.FLOAT32, shape), matrices);
        }
    }

    /** Makes zeros that no gradient changes, but that belong to the model and are saved with it. */
    public Tensor buffer(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            Tensor owned = Tensors.zeros(DType.FLOAT32, shape).retain();
            buffers.add(new Parameter(path + name, owned, Role.BUFFER));
            return owned;
        }
    }

    /** Makes a vector, or a stack of vectors, of zeros; no weight decay. */
    public Tensor zeros(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.zeros(DType.FLOAT32, shape), Role.BIAS);
        }
    }

    /** Makes a vector of ones; no weight decay. */
    public Tensor ones(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.ones(DType.FLOAT32, shape), Role.NORM);
        }
    }

    private Tensor register(String name, Tensor value, Role role) {
        Tensor owned = value.retain().requireGrad(true);
        registry.add(new Parameter(path + name, owned, role));
        return owned;
    }

    /** Returns all parameters made so far, in order; the caller of {@link #of} owns them. */
    public List<Parameter> parameters() {
        return Collections.unmodifiableList(registry);
    }

    /** Returns all buffers made so far, in order; the caller of {@link #of} owns them. */
    public List<Parameter> buffers() {
        return Collections.unmodifiableList(buffers);
    }
}
