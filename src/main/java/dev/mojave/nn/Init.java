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
 * Creates and registers a model's parameters: matrices are drawn from a normal distribution with the standard deviation that the
 * {@link Initializer} gives, biases are 0 and norms 1. Each parameter is registered under its dotted path, in the order of
 * creation, which also fixes the order of the random draws.
 */
public final class Init {
    private final Rng rng;
    private final String path;
    private final Deviations deviations;
    private final Role matrices;
    private final List<Parameter> registry;
    private final List<Parameter> buffers;

    /** Standard deviations of matrices, all multiplied by {@code scale}. */
    private record Deviations(Initializer initializer, double range, double scale) {
        double of(Role role, long inputs) {
            // A model whose weights will be loaded draws nothing, whatever its initializer.
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

    /** Starts the initialisation of a model whose matrices share one standard deviation, except those that are {@link #scaled}. */
    public static Init of(Rng rng, double standardDeviation) {
        return of(rng, new Initializer.Gpt2(), standardDeviation);
    }

    /** Starts the initialisation of a model; with a {@code range} of 0 every matrix is 0. */
    public static Init of(Rng rng, Initializer initializer, double range) {
        return new Init(
                rng, "", new Deviations(initializer, range, 1), Role.MATRIX, new ArrayList<>(), new ArrayList<>());
    }

    /** Returns this initialisation for the parameters of a child layer, whose paths begin with {@code name}. */
    public Init child(String name) {
        return new Init(rng, path + name + ".", deviations, matrices, registry, buffers);
    }

    /** Returns this initialisation with standard deviations multiplied by {@code factor}, as residual projections need it. */
    public Init scaled(double factor) {
        return new Init(rng, path, deviations.scaled(factor), matrices, registry, buffers);
    }

    /** Returns this initialisation for matrices of a role other than {@link Role#MATRIX}. */
    public Init as(Role role) {
        return new Init(rng, path, deviations, role, registry, buffers);
    }

    /**
     * Creates a matrix (outputs, inputs), or a stack of matrices, of normally distributed float32 values; weight decay applies. A
     * standard deviation of 0 draws nothing.
     */
    public Tensor matrix(String name, long... shape) {
        double standardDeviation = deviations.of(matrices, shape[shape.length - 1]);
        if (standardDeviation == 0) {
            return zeroMatrix(name, shape);
        }
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.normal(rng, 0, standardDeviation, shape), matrices);
        }
    }

    /** Creates a matrix of float32 zeros; weight decay applies. */
    public Tensor zeroMatrix(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.zeros(DType.FLOAT32, shape), matrices);
        }
    }

    /** Creates a buffer of float32 zeros: part of the model and saved with it, but not trained by gradients. */
    public Tensor buffer(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            Tensor owned = Tensors.zeros(DType.FLOAT32, shape).retain();
            buffers.add(new Parameter(path + name, owned, Role.BUFFER));
            return owned;
        }
    }

    /** Creates a vector, or a stack of vectors, of float32 zeros; no weight decay. */
    public Tensor zeros(String name, long... shape) {
        try (Scope _ = Scope.open()) {
            return register(name, Tensors.zeros(DType.FLOAT32, shape), Role.BIAS);
        }
    }

    /** Creates a vector of float32 ones; no weight decay. */
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

    /** Returns all parameters created so far, in order; the caller of {@link #of} owns them. */
    public List<Parameter> parameters() {
        return Collections.unmodifiableList(registry);
    }

    /** Returns all buffers created so far, in order; the caller of {@link #of} owns them. */
    public List<Parameter> buffers() {
        return Collections.unmodifiableList(buffers);
    }
}
