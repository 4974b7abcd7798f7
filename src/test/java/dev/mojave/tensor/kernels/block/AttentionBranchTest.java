package dev.mojave.tensor.kernels.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.pointwise.DropoutKernelTest;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the attention branch of a block with its reference implementation in float64: odd lengths, one token, shared heads, rotation,
 * masks.
 */
public class AttentionBranchTest {
    private final Rng rng = Rng.seeded(20261125);

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 2, true, false", "2, 7, 2, 1, 6, true, true", "3, 64, 2, 2, 16, false, true",
        "1, 65, 4, 2, 20, true, false", "2, 150, 3, 1, 32, true, false", "1, 128, 2, 2, 17, false, false",
        "48, 11, 2, 2, 8, true, true", "5, 130, 2, 1, 8, true, true", "4, 530, 1, 1, 4, false, true"
    })
    public void matchesItsReference(
            int batch, int tokens, int heads, int shared, int size, boolean centred, boolean bias) {
        for (boolean masked : new boolean[] {false, true}) {
            try (Scope _ = Scope.open()) {
                AttentionShape shape = shape(tokens, heads, shared, size);
                Optional<Tensor> visible = masked ? Optional.of(mask(batch, tokens)) : Optional.empty();
                List<Tensor> in = inputs(batch, tokens, shape, bias);
                ReferenceChecks.compareSums(
                        rng,
                        in,
                        t -> BlockKernel.apply(
                                t.getFirst(),
                                List.of(AttentionBranch.of(
                                        weights(t, shape, centred, bias), visible, 0, 0, DType.FLOAT32))),
                        t -> plain(
                                t.getFirst(),
                                visible,
                                weights(
                                        t,
                                        t.getFirst().dtype() == DType.FLOAT64 ? inDoubles(shape) : shape,
                                        centred,
                                        bias),
                                DType.FLOAT32),
                        terms(batch, tokens, shape),
                        largestScore(0.4, bias, tokens));
            }
        }
    }

    /**
     * Returns the number of summed terms on the longest path: width in norm and projections, head size in scores, tokens in softmax and
     * weighted sum, forward and backward, and all rows in the gradients of weights.
     */
    private static double terms(int batch, int tokens, AttentionShape shape) {
        return 8.0 * 24 + 4.0 * shape.headSize() + 4.0 * tokens + 2.0 * shape.queryWidth() + (double) batch * tokens;
    }

    /** Returns the size of scores between queries and keys that are sums of 24 products of 1 and such weights, plus a bias of 1. */
    private static double largestScore(double weight, boolean bias, int tokens) {
        return Math.max(1, (24 * weight * weight + (bias ? 1 : 0)) * Math.sqrt(2 * Math.log(Math.max(2, tokens))));
    }

    /**
     * Ten roundings on the longest way: norm, weights, queries and keys, mixed values, weights, and back dy, weights, mixed values, the
     * projection's gradient, weights. Scores: a query or key is a sum of 24 products of 1 by 0.2 and a bias of 1, and the largest of
     * so many scores has most of the weight: it is some sqrt(2 ln tokens) times their deviation.
     */
    @ParameterizedTest
    @CsvSource({
        "2, 7, 2, 1, 6, true, NARROW",
        "3, 65, 4, 2, 20, false, NARROW",
        "1, 129, 2, 2, 17, true, ROUNDED",
        "2, 150, 3, 1, 32, false, ROUNDED",
        "24, 31, 2, 1, 8, true, NARROW"
    })
    void inMixedPrecision(int batch, int tokens, int heads, int shared, int size, boolean bias, Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        for (boolean masked : new boolean[] {false, true}) {
            try (Scope _ = Scope.open()) {
                AttentionShape shape = shape(tokens, heads, shared, size);
                Optional<Tensor> visible = masked ? Optional.of(mask(batch, tokens)) : Optional.empty();
                List<Tensor> in = inputs(batch, tokens, shape, bias);
                in.get(2).mulInPlace(0.5);
                ReferenceChecks.compareMixed(
                        rng,
                        in,
                        t -> BlockKernel.apply(
                                t.getFirst(),
                                List.of(new AttentionBranch(
                                        weights(t, shape, true, bias),
                                        visible,
                                        DropoutMask.draw(0),
                                        DropoutMask.draw(0),
                                        precision))),
                        (t, compute) -> plain(
                                t.getFirst(),
                                visible,
                                weights(
                                        t,
                                        t.getFirst().dtype() == DType.FLOAT64 ? inDoubles(shape) : shape,
                                        true,
                                        bias),
                                compute),
                        10,
                        largestScore(0.2, bias, tokens));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 2", "2, 70, 4, 2, 16"})
    public void dropsTheElementsOfItsMasks(int batch, int tokens, int heads, int shared, int size) {
        DropoutMask ofWeights = new DropoutMask(0.4, 0x0123_4567_89ab_cdefL);
        DropoutMask ofBranch = new DropoutMask(0.2, 42);
        try (Scope _ = Scope.open()) {
            AttentionShape shape = new AttentionShape(heads, shared, size, Optional.empty());
            List<Tensor> in = inputs(batch, tokens, shape, true);
            Tensor maskBHSS = DropoutKernelTest.mask(ofWeights, (long) batch * heads * tokens, tokens)
                    .reshape(batch, heads, tokens, tokens);
            Tensor maskBSD = DropoutKernelTest.mask(
                            ofBranch, (long) batch * tokens, in.getFirst().size(2))
                    .reshape(in.getFirst().shape());
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> BlockKernel.apply(
                            t.getFirst(),
                            List.of(new AttentionBranch(
                                    weights(t, shape, true, true),
                                    Optional.empty(),
                                    ofWeights,
                                    ofBranch,
                                    Precision.FULL))),
                    t -> dropped(
                            t.getFirst(),
                            weights(t, shape, true, true),
                            maskBHSS.to(t.getFirst().dtype()),
                            maskBSD.to(t.getFirst().dtype())),
                    terms(batch, tokens, shape),
                    largestScore(0.4, true, tokens));
        }
    }

    /** Written out, because libtorch's operation draws its own dropout mask. */
    private static Tensor dropped(Tensor xBSD, AttentionBranch.Weights w, Tensor maskBHSS, Tensor maskBSD) {
        AttentionShape shape = w.shape();
        long size = shape.headSize();
        long[] widths = {shape.heads() * size, shape.keyValueHeads() * size, shape.keyValueHeads() * size};
        List<Tensor> parts = w.qkv().plain(w.norm().plain(xBSD)).split(widths, 2);
        Tensor q = heads(parts.get(0), shape.heads(), size);
        Tensor k = grouped(heads(parts.get(1), shape.keyValueHeads(), size), shape);
        Tensor v = grouped(heads(parts.get(2), shape.keyValueHeads(), size), shape);
        Tensor hidden = Tensors.ones(xBSD.dtype(), q.size(2), q.size(2))
                .sub(Tensors.ones(xBSD.dtype(), q.size(2), q.size(2)).tril(0))
                .mul(-1e9);
        Tensor scores = q.matmul(k.transpose(2, 3)).mul(shape.scale()).add(hidden);
        Tensor mixed = Functions.softmax(scores, 3).mul(maskBHSS).matmul(v);
        Tensor branch = w.output().plain(mixed.transpose(1, 2).reshape(xBSD.size(0), xBSD.size(1), shape.queryWidth()));
        return xBSD.add(branch.mul(maskBSD));
    }

    @Test
    void holdsWhereScoresAreExtreme() {
        try (Scope _ = Scope.open()) {
            AttentionShape shape = new AttentionShape(1, 1, 16, Optional.empty());
            List<Tensor> in = inputs(1, 40, shape, false);
            in.get(2).mulInPlace(300);
            Tensor y = BlockKernel.apply(
                    in.getFirst(),
                    List.of(AttentionBranch.of(
                            weights(in, shape, true, false), Optional.empty(), 0, 0, DType.FLOAT32)));
            ReferenceChecks.close(
                    y, plain(in.getFirst(), Optional.empty(), weights(in, shape, true, false), DType.FLOAT32), 1e-3);
            assertThat(y.abs().max().item()).isFinite();
        }
    }

    private static AttentionShape inDoubles(AttentionShape shape) {
        return new AttentionShape(
                shape.heads(),
                shape.keyValueHeads(),
                shape.headSize(),
                shape.rotation()
                        .map(r -> new AttentionShape.Rotation(
                                r.cosTC().to(DType.FLOAT64), r.sinTC().to(DType.FLOAT64))));
    }

    /** Rotated if the head size is even. */
    private AttentionShape shape(int tokens, int heads, int shared, int size) {
        return new AttentionShape(
                heads, shared, size, size % 2 == 0 ? Optional.of(rotation(tokens + 2, size / 2)) : Optional.empty());
    }

    private AttentionShape.Rotation rotation(long tokens, long half) {
        Tensor angles = Tensors.uniform(rng, 0, 6, tokens, half);
        return new AttentionShape.Rotation(angles.cos(), angles.sin());
    }

    /** Returns a causal mask in which some keys are hidden, but never the token itself. */
    private Tensor mask(long batch, long tokens) {
        Tensor causal = Tensors.ones(DType.BOOL, tokens, tokens).tril(0);
        Tensor self = causal.and(causal.transpose(0, 1));
        Tensor keys = Tensors.uniform(rng, 0, 10, batch, 1, 1, tokens)
                .to(DType.INT64)
                .eq(3)
                .not();
        return causal.and(keys.or(self));
    }

    private List<Tensor> inputs(long batch, long tokens, AttentionShape shape, boolean bias) {
        long width = 24;
        List<Tensor> in = new ArrayList<>(List.of(
                Tensors.normal(rng, 0, 1, batch, tokens, width),
                Tensors.normal(rng, 1, 0.3, width),
                Tensors.normal(rng, 0, 0.4, shape.projected(), width),
                Tensors.normal(rng, 0, 0.3, width, shape.queryWidth())));
        if (bias) {
            in.add(Tensors.normal(rng, 0, 1, shape.projected()));
            in.add(Tensors.normal(rng, 0, 1, width));
        }
        return in;
    }

    private static AttentionBranch.Weights weights(
            List<Tensor> t, AttentionShape shape, boolean centred, boolean bias) {
        return new AttentionBranch.Weights(
                new Normalisation(centred, t.get(1), Optional.empty(), 1e-5),
                new Projection(t.get(2), bias ? Optional.of(t.get(4)) : Optional.empty()),
                shape,
                new Projection(t.get(3), bias ? Optional.of(t.get(5)) : Optional.empty()));
    }

    /** The reference implementation in libtorch operations. */
    private static Tensor plain(Tensor xBSD, Optional<Tensor> visible, AttentionBranch.Weights w, DType compute) {
        AttentionShape shape = w.shape();
        long size = shape.headSize();
        long[] widths = {shape.heads() * size, shape.keyValueHeads() * size, shape.keyValueHeads() * size};
        Tensor projected = w.qkv().plain(w.norm().plain(xBSD), compute).to(xBSD.dtype());
        List<Tensor> parts = projected.split(widths, 2);
        Tensor q = rotated(heads(parts.get(0), shape.heads(), size), shape);
        Tensor k = rotated(heads(parts.get(1), shape.keyValueHeads(), size), shape);
        Tensor v = heads(parts.get(2), shape.keyValueHeads(), size);
        Tensor mixed = Functions.attention(
                q, grouped(k, shape), grouped(v, shape), visible, visible.isEmpty() && q.size(2) > 1, 0);
        Tensor joined = mixed.transpose(1, 2).reshape(xBSD.size(0), xBSD.size(1), shape.queryWidth());
        return xBSD.add(w.output().plain(joined, compute));
    }

    private static Tensor heads(Tensor x, int heads, long size) {
        return x.reshape(x.size(0), x.size(1), heads, size).transpose(1, 2);
    }

    private static Tensor grouped(Tensor xBKSC, AttentionShape shape) {
        long[] s = xBKSC.shape();
        return xBKSC.unsqueeze(2)
                .expand(s[0], s[1], shape.group(), s[2], s[3])
                .reshape(s[0], shape.heads(), s[2], s[3]);
    }

    private static Tensor rotated(Tensor xBHSC, AttentionShape shape) {
        if (shape.rotation().isEmpty()) {
            return xBHSC;
        }
        Tensor cos = shape.rotation().get().cosTC().narrow(0, 0, xBHSC.size(2));
        Tensor sin = shape.rotation().get().sinTC().narrow(0, 0, xBHSC.size(2));
        List<Tensor> halves = xBHSC.split(xBHSC.size(3) / 2, 3);
        Tensor a = halves.get(0);
        Tensor b = halves.get(1);
        return Tensors.cat(List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))), 3);
    }
}
