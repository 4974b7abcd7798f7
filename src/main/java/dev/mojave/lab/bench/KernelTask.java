package dev.mojave.lab.bench;

import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.head.HeadLossKernel;
import dev.mojave.tensor.kernels.optimizer.AdamWKernel;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

// Shapes: B sequences of S tokens, D model width, V vocabulary.
/**
 * The work of one kernel, forward and backward, which the engine runs with the kernel or with its reference implementation.
 *
 * @param name the computation
 * @param bound the resource that limits its speed
 * @param amount FLOPs if matrix products limit it, bytes otherwise
 * @param work runs it once
 */
record KernelTask(String name, Bound bound, double amount, Runnable work) {
    /** The ceiling that a kernel is compared with. */
    enum Bound {
        MATMUL,
        COPY,
        READ
    }

    /** FLOPs per weight and token: 2 forward, 4 backward. */
    private static final double FLOPS_OF_WEIGHT = 6;

    private static final double INITIALIZER_RANGE = 0.02;
    private static final double NORM_EPS = 1e-5;

    /** Bytes per parameter: an update reads the parameter, its gradient and its two moments, and writes all but the gradient. */
    private static final int ADAMW_BYTES = 7 * Float.BYTES;

    /** Returns the tasks of a model of this shape; their tensors belong to the open scope. */
    static List<KernelTask> of(Shape shape, int batch, long optimized, Context context) {
        int width = shape.hidden();
        AttentionSpec.GroupedQuery attends =
                new AttentionSpec.GroupedQuery(width, shape.heads(), shape.heads(), Attention.Bias.NONE, 0);
        FeedForward.Spec feeds = new FeedForward.Spec(width, 4 * width, FeedForward.Activation.GELU, false);
        Init init = Init.of(Rng.seeded(0), INITIALIZER_RANGE);
        Tensor xBSD = Tensors.normal(Rng.seeded(1), 0, 1, batch, shape.context(), width)
                .requireGrad(true);
        Tensor dyBSD = Tensors.normal(Rng.seeded(2), 0, 1, batch, shape.context(), width);
        Norm norm = new Norm.Spec(Norm.Kind.LAYER_NORM, width, NORM_EPS, false).build(init.child("norm"));
        Attention attention = attends.build(init.child("attention"), 1, Optional.empty());
        FeedForward feedForward = feeds.build(init.child("feed_forward"), 1);
        Tensor headVD = init.matrix("head", shape.vocabulary(), width);
        Tensor targets = Tensors.of(
                LongStream.range(0, (long) batch * shape.context())
                        .map(i -> i * 31 % shape.vocabulary())
                        .toArray(),
                batch,
                shape.context());
        double tokens = (double) batch * shape.context();
        // A query attends to half of the keys on average: 2 products of D, 2 FLOPs each, once forward and twice
        // backward.
        double attending = FLOPS_OF_WEIGHT * shape.context() * width;
        Block block = new Block(init.parameters(), xBSD, dyBSD);
        return List.of(
                new KernelTask(
                        "attention branch",
                        Bound.MATMUL,
                        tokens * (FLOPS_OF_WEIGHT * attends.matmulWeights() + attending),
                        block.task(
                                x -> attention.residual(x, norm, Optional.empty(), Optional.empty(), 0, 0, context))),
                new KernelTask(
                        "feed-forward branch",
                        Bound.MATMUL,
                        tokens * FLOPS_OF_WEIGHT * feeds.matmulWeights(),
                        block.task(x -> feedForward.residual(x, norm, 0, context))),
                new KernelTask(
                        "head and loss",
                        Bound.MATMUL,
                        tokens * FLOPS_OF_WEIGHT * headVD.elements(),
                        block.loss(() ->
                                HeadLossKernel.apply(xBSD, targets, norm.normalisation(), headVD, context.compute()))),
                adamW(optimized),
                gradientNorm(optimized));
    }

    private static KernelTask adamW(long parameters) {
        List<AdamWKernel.Slot> slots = List.of(new AdamWKernel.Slot(
                Tensors.ones(DType.FLOAT32, parameters),
                Tensors.ones(DType.FLOAT32, parameters),
                Tensors.zeros(DType.FLOAT32, parameters),
                Tensors.zeros(DType.FLOAT32, parameters),
                0.1));
        AdamWKernel.Settings settings = new AdamWKernel.Settings(1e-3, 0.9, 0.95, 1e-8, 1, 1);
        return new KernelTask(
                "AdamW", Bound.COPY, (double) parameters * ADAMW_BYTES, () -> AdamWKernel.step(slots, settings));
    }

    private static KernelTask gradientNorm(long parameters) {
        List<Tensor> gradients = List.of(Tensors.ones(DType.FLOAT32, parameters));
        return new KernelTask(
                "gradient norm", Bound.READ, (double) parameters * Float.BYTES, () -> GradientNorm.of(gradients));
    }

    /** Inputs and output gradient of a block, and the parameters whose gradients are cleared after each run. */
    private record Block(List<Parameter> parameters, Tensor xBSD, Tensor dyBSD) {
        Runnable task(UnaryOperator<Tensor> branch) {
            return () -> {
                try (Scope _ = Scope.open()) {
                    branch.apply(xBSD).backward(dyBSD);
                }
                clear();
            };
        }

        Runnable loss(Supplier<Tensor> loss) {
            return () -> {
                try (Scope _ = Scope.open()) {
                    loss.get().backward();
                }
                clear();
            };
        }

        private void clear() {
            parameters.forEach(parameter -> parameter.value().clearGrad());
            xBSD.clearGrad();
        }
    }
}
