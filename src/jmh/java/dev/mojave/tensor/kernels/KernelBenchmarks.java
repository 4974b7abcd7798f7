package dev.mojave.tensor.kernels;

import dev.mojave.base.Progress;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.Norm;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.head.HeadLossKernel;
import dev.mojave.tensor.kernels.head.SoftmaxCrossEntropy;
import dev.mojave.tensor.kernels.optimizer.AdamWKernel;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.EmbeddingKernel;
import dev.mojave.tensor.kernels.pointwise.GeluKernel;
import dev.mojave.tensor.kernels.pointwise.SwiGluKernel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

// Shapes: B = 8 sequences of S = 128 tokens, D = 256 model width, I = 4 D, V = 4096 vocabulary.
/**
 * Kernels and their twins one at a time, forward and backward: {@code mvn -Pjmh test-compile exec:exec}. Where {@code bench kernels} lets the
 * two take turns and so gives ratios on a noisy machine, this is for working on one of them.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmarks {
    private static final int BATCH = 8;
    private static final int TOKENS = 128;
    private static final int WIDTH = 256;
    private static final int HIDDEN = 4 * WIDTH;
    private static final int HEADS = 4;
    private static final int VOCABULARY = 4096;
    private static final int OPTIMISED = 1 << 22;
    private static final double INITIALIZER_RANGE = 0.02;

    /** The kernel, or its twin in libtorch operations. */
    @Param({"fused", "plain"})
    public String kernels = "fused";

    private Inputs in;

    /** Makes inputs and weights. */
    @Setup
    public void open() {
        Engine.configure(
                new EngineRequest("cpu", "fp32", EngineRequest.AUTO, EngineRequest.AUTO, kernels), Progress.SILENT);
        in = new Inputs();
    }

    /** Frees them. */
    @TearDown
    public void close() {
        in.scope.close();
    }

    /** Everything that is multiplied or passed over. */
    private static final class Inputs {
        private final Scope scope = Scope.open();
        private final Rng rng = Rng.seeded(0);
        private final Init init = Init.of(Rng.seeded(1), INITIALIZER_RANGE);
        private final Tensor xBSD = normal(BATCH, TOKENS, WIDTH);
        private final Tensor xBSI = normal(BATCH, TOKENS, HIDDEN);
        private final Tensor logitsNV = normal(BATCH * TOKENS, VOCABULARY);
        private final Tensor embeddingVD = normal(VOCABULARY, WIDTH);
        private final Tensor idsBS = Tensors.of(
                LongStream.range(0, BATCH * TOKENS)
                        .map(i -> i * 31 % VOCABULARY)
                        .toArray(),
                BATCH,
                TOKENS);
        private final Norm norm = new Norm.Spec(Norm.Kind.LAYER_NORM, WIDTH, 1e-5, false).build(init.child("norm"));
        private final Attention attention = new AttentionSpec.GroupedQuery(WIDTH, HEADS, HEADS, Attention.Bias.NONE, 0)
                .build(init.child("attention"), 1, Optional.empty());
        private final FeedForward feedForward = new FeedForward.Spec(WIDTH, HIDDEN, FeedForward.Activation.GELU, false)
                .build(init.child("feed_forward"), 1);
        private final List<AdamWKernel.Slot> slots = List.of(new AdamWKernel.Slot(
                Tensors.ones(DType.FLOAT32, OPTIMISED),
                Tensors.ones(DType.FLOAT32, OPTIMISED),
                Tensors.zeros(DType.FLOAT32, OPTIMISED),
                Tensors.zeros(DType.FLOAT32, OPTIMISED),
                0.1));

        private Tensor normal(long... shape) {
            return Tensors.normal(rng, 0, 1, shape).requireGrad(true);
        }
    }

    /** Forward and backward; gradients are thrown away. */
    private static void differentiate(Tensor x, UnaryOperator<Tensor> operation) {
        try (Scope _ = Scope.open()) {
            Tensor y = operation.apply(x);
            y.backward(Tensors.ones(DType.FLOAT32, y.shape()));
        }
        x.clearGrad();
    }

    /** GELU of (B, S, I). */
    @Benchmark
    public void gelu() {
        differentiate(in.xBSI, GeluKernel::apply);
    }

    /** SwiGLU of (B, S, I) to half of the width. */
    @Benchmark
    public void swiGlu() {
        differentiate(in.xBSI, SwiGluKernel::apply);
    }

    /** Dropout of (B, S, I). */
    @Benchmark
    public void dropout() {
        differentiate(in.xBSI, x -> DropoutKernel.apply(x, 0.1));
    }

    /** LayerNorm of (B, S, D). */
    @Benchmark
    public void layerNorm() {
        differentiate(in.xBSD, x -> in.norm.normalisation().apply(x));
    }

    /** The attention half of a block. */
    @Benchmark
    public void attention() {
        differentiate(
                in.xBSD,
                x -> in.attention.residual(x, in.norm, Optional.empty(), Optional.empty(), 0, 0, Context.TRAINING));
    }

    /** The same with dropout of its result. */
    @Benchmark
    public void attentionWithDropout() {
        differentiate(
                in.xBSD,
                x -> in.attention.residual(x, in.norm, Optional.empty(), Optional.empty(), 0, 0.1, Context.TRAINING));
    }

    /** The feed-forward half of a block. */
    @Benchmark
    public void feedForward() {
        differentiate(in.xBSD, x -> in.feedForward.residual(x, in.norm, 0, Context.TRAINING));
    }

    /** Embedding of (B, S) ids. */
    @Benchmark
    public void embedding() {
        differentiate(in.embeddingVD, weights -> EmbeddingKernel.apply(weights, in.idsBS, Optional.empty()));
    }

    /** Cross-entropy of (N, V) logits. */
    @Benchmark
    public void crossEntropy() {
        differentiate(in.logitsNV, logits -> SoftmaxCrossEntropy.apply(logits, in.idsBS.reshape(-1)));
    }

    /** Norm, head and cross-entropy of (B, S, D). */
    @Benchmark
    public void headLoss() {
        differentiate(
                in.xBSD,
                x -> HeadLossKernel.apply(x, in.idsBS, in.norm.normalisation(), in.embeddingVD, DType.FLOAT32));
    }

    /** One update of 4 million parameters. */
    @Benchmark
    public void adamW() {
        AdamWKernel.step(in.slots, new AdamWKernel.Settings(1e-3, 0.9, 0.95, 1e-8, 1, 1));
    }
}
