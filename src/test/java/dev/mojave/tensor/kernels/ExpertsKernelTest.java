package dev.mojave.tensor.kernels;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Experts as one operation against every expert on every token in float64: absent experts, dropped copies, one token. */
class ExpertsKernelTest {
    private static final int WIDTH = 20;
    private static final int HIDDEN = 18;

    private final Rng rng = Rng.seeded(20261127);

    @ParameterizedTest
    @CsvSource({
        "1, 2, 1, GELU, false, false",
        "9, 4, 2, SWIGLU, false, true",
        "300, 3, 2, GELU, true, false",
        "1300, 2, 1, SWIGLU, true, false",
        "40, 12, 3, GELU, true, true"
    })
    void matchEveryExpertOnEveryToken(int tokens, int experts, int topK, Gate gate, boolean bias, boolean drops) {
        try (Scope _ = Scope.open()) {
            long[] expertOfCopy = expertOfCopy(tokens, experts, topK, drops);
            ExpertsKernel.Routes routes = routes(expertOfCopy, experts, topK);
            List<Tensor> in = inputs(tokens, experts, topK, gate, bias);
            Twins.compare(
                    rng,
                    in,
                    t -> ExpertsKernel.apply(t.get(0), t.get(1), routes, weights(t, gate, bias), DType.FLOAT32),
                    t -> everywhere(t, expertOfCopy, experts, topK, gate, bias, DType.FLOAT32),
                    1e-4);
        }
    }

    /** Nine roundings on the longest way: input, weights, up, gate, weights, and back dy with weights, du with weights. */
    @ParameterizedTest
    @CsvSource({
        "9, 4, 2, SWIGLU, false, true, NARROW",
        "300, 3, 2, GELU, true, false, NARROW",
        "701, 2, 1, SWIGLU, true, false, ROUNDED",
        "40, 12, 3, GELU, true, true, ROUNDED"
    })
    void inMixedPrecision(
            int tokens, int experts, int topK, Gate gate, boolean bias, boolean drops, Precision precision) {
        Twins.assumeMultiplies(precision);
        try (Scope _ = Scope.open()) {
            long[] expertOfCopy = expertOfCopy(tokens, experts, topK, drops);
            ExpertsKernel.Routes routes = routes(expertOfCopy, experts, topK);
            Twins.compareMixed(
                    rng,
                    inputs(tokens, experts, topK, gate, bias),
                    t -> ExpertsKernel.fused(t.get(0), t.get(1), routes, weights(t, gate, bias), precision),
                    (t, compute) -> everywhere(t, expertOfCopy, experts, topK, gate, bias, compute),
                    9,
                    1);
        }
    }

    private static long[] expertOfCopy(int tokens, int experts, int topK, boolean drops) {
        long[] expertOfCopy = new long[tokens * topK];
        for (int copy = 0; copy < expertOfCopy.length; copy++) {
            // The last expert is never chosen; where copies are dropped, every fifth is.
            int expert = (copy / topK * 7 + copy % topK) % Math.max(1, experts - 1);
            expertOfCopy[copy] = drops && copy % 5 == 2 ? -1 : expert;
        }
        return expertOfCopy;
    }

    private List<Tensor> inputs(int tokens, int experts, int topK, Gate gate, boolean bias) {
        List<Tensor> in = new ArrayList<>(List.of(
                Tensors.normal(rng, 0, 1, tokens, WIDTH),
                Tensors.uniform(rng, 0, 1, tokens, topK),
                Tensors.normal(rng, 0, 0.3, experts, (long) gate.projections() * HIDDEN, WIDTH),
                Tensors.normal(rng, 0, 0.3, experts, WIDTH, HIDDEN)));
        if (bias) {
            in.add(Tensors.normal(rng, 0, 1, experts, (long) gate.projections() * HIDDEN));
            in.add(Tensors.normal(rng, 0, 1, experts, WIDTH));
        }
        return in;
    }

    private static ExpertsKernel.Weights weights(List<Tensor> t, Gate gate, boolean bias) {
        return new ExpertsKernel.Weights(
                t.get(2),
                bias ? Optional.of(t.get(4)) : Optional.empty(),
                gate,
                t.get(3),
                bias ? Optional.of(t.get(5)) : Optional.empty());
    }

    private static ExpertsKernel.Routes routes(long[] expertOfCopy, int experts, int topK) {
        long[] counts = new long[experts];
        List<Long> copies = new ArrayList<>();
        long[] rowOfCopy = new long[expertOfCopy.length];
        for (int expert = 0; expert < experts; expert++) {
            for (int copy = 0; copy < expertOfCopy.length; copy++) {
                if (expertOfCopy[copy] == expert) {
                    counts[expert]++;
                    rowOfCopy[copy] = copies.size();
                    copies.add((long) copy);
                }
            }
        }
        for (int copy = 0; copy < expertOfCopy.length; copy++) {
            rowOfCopy[copy] = expertOfCopy[copy] < 0 ? copies.size() : rowOfCopy[copy];
        }
        return new ExpertsKernel.Routes(
                counts, copies.stream().mapToLong(Long::longValue).toArray(), rowOfCopy, topK);
    }

    /** The definition: every expert computes every token, weighted by 0 where it was not chosen. */
    private static Tensor everywhere(
            List<Tensor> t, long[] expertOfCopy, int experts, int topK, Gate gate, boolean bias, DType compute) {
        Tensor sum = t.get(0).mul(0);
        int tokens = expertOfCopy.length / topK;
        for (int expert = 0; expert < experts; expert++) {
            float[] chosen = new float[expertOfCopy.length];
            for (int copy = 0; copy < chosen.length; copy++) {
                chosen[copy] = expertOfCopy[copy] == expert ? 1 : 0;
            }
            int e = expert;
            Optional<Tensor> upBias = bias ? Optional.of(t.get(4).select(0, e)) : Optional.empty();
            Optional<Tensor> downBias = bias ? Optional.of(t.get(5).select(0, e)) : Optional.empty();
            Tensor active = gate.plain(new Projection(t.get(2).select(0, e), upBias).plain(t.get(0), compute));
            Tensor y = new Projection(t.get(3).select(0, e), downBias).plain(active, compute);
            Tensor weight = t.get(1)
                    .mul(Tensors.of(chosen, tokens, topK).to(t.get(1).dtype()))
                    .sum(1);
            sum = sum.add(y.mul(weight.unsqueeze(1)));
        }
        return sum;
    }
}
