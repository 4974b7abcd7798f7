package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares experts as one operation with every expert on every token in float64: unused experts, dropped assignments, one token. */
public class ExpertsKernelTest {
    private static final int WIDTH = 20;
    private static final int HIDDEN = 18;

    private final Rng rng = Rng.seeded(20261127);

    @ParameterizedTest
    @CsvSource({
        "1, 2, 1, GELU, false, false, false",
        "9, 4, 2, SWIGLU, false, true, true",
        "300, 3, 2, GELU, true, false, true",
        "1300, 2, 1, SWIGLU, true, false, false",
        "40, 12, 3, GELU, true, true, false"
    })
    public void matchEveryExpertOnEveryToken(
            int tokens, int experts, int topK, Gate gate, boolean bias, boolean drops, boolean beside) {
        try (Scope _ = Scope.open()) {
            long[] expertOfAssignment = expertOfAssignment(tokens, experts, topK, drops);
            Routes routes = routes(expertOfAssignment, experts, topK);
            List<Tensor> in = inputs(tokens, experts, topK, gate, bias);
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> branch(t, routes, weights(t, gate, bias), beside, Precision.FULL),
                    t -> everywhere(t, expertOfAssignment, experts, topK, gate, bias, DType.FLOAT32),
                    // Norm, up and down, forward and backward; the gradients of weights are sums over all tokens.
                    6.0 * WIDTH + 2.0 * HIDDEN + 2.0 * topK + tokens,
                    1);
        }
    }

    /** The longest path has nine roundings: input, weights, up, gate, weights, and backward dy with weights, du with weights. */
    @ParameterizedTest
    @CsvSource({
        "9, 4, 2, SWIGLU, false, true, NARROW",
        "300, 3, 2, GELU, true, false, NARROW",
        "701, 2, 1, SWIGLU, true, false, ROUNDED",
        "40, 12, 3, GELU, true, true, ROUNDED"
    })
    void inMixedPrecision(
            int tokens, int experts, int topK, Gate gate, boolean bias, boolean drops, Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        try (Scope _ = Scope.open()) {
            long[] expertOfAssignment = expertOfAssignment(tokens, experts, topK, drops);
            Routes routes = routes(expertOfAssignment, experts, topK);
            ReferenceChecks.compareMixed(
                    rng,
                    inputs(tokens, experts, topK, gate, bias),
                    t -> branch(t, routes, weights(t, gate, bias), drops, precision),
                    (t, compute) -> everywhere(t, expertOfAssignment, experts, topK, gate, bias, compute),
                    9,
                    1);
        }
    }

    /** The branch, and another reader of the experts' input, in the branch or outside it. */
    private static Tensor branch(
            List<Tensor> t, Routes routes, ExpertsKernel.Weights weights, boolean beside, Precision to) {
        MixtureBranch branch = new MixtureBranch(t.get(0), norm(t));
        Tensor reader = branch.normedTD().matmul(t.get(6));
        Optional<Tensor> others = beside ? Optional.of(reader) : Optional.empty();
        Tensor y = ExpertsKernel.fused(branch, t.get(1), routes, weights, others, DropoutMask.draw(0), to);
        return beside ? y : y.add(reader);
    }

    private static Normalisation norm(List<Tensor> t) {
        return new Normalisation(true, t.get(4), Optional.of(t.get(5)), 1e-5);
    }

    private static long[] expertOfAssignment(int tokens, int experts, int topK, boolean drops) {
        long[] expertOfAssignment = new long[tokens * topK];
        for (int assignment = 0; assignment < expertOfAssignment.length; assignment++) {
            // The last expert is never chosen; if assignments are dropped, every fifth one is.
            int expert = (assignment / topK * 7 + assignment % topK) % Math.max(1, experts - 1);
            expertOfAssignment[assignment] = drops && assignment % 5 == 2 ? -1 : expert;
        }
        return expertOfAssignment;
    }

    /** Weights of which some are 0 and some are too small to divide by. */
    private Tensor choices(int tokens, int topK) {
        float[] weights = Tensors.uniform(rng, 0, 1, tokens, topK).toFloats();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i % 7 == 3 ? 0 : i % 7 == 5 ? 1e-37f : weights[i];
        }
        return Tensors.of(weights, tokens, topK);
    }

    private List<Tensor> inputs(int tokens, int experts, int topK, Gate gate, boolean bias) {
        List<Tensor> in = new ArrayList<>(List.of(
                Tensors.normal(rng, 0, 1, tokens, WIDTH),
                choices(tokens, topK),
                Tensors.normal(rng, 0, 0.3, experts, (long) gate.projections() * HIDDEN, WIDTH),
                Tensors.normal(rng, 0, 0.3, experts, WIDTH, HIDDEN),
                Tensors.normal(rng, 1, 0.2, WIDTH),
                Tensors.normal(rng, 0, 0.2, WIDTH),
                Tensors.normal(rng, 0, 0.3, WIDTH, WIDTH)));
        if (bias) {
            in.add(Tensors.normal(rng, 0, 1, experts, (long) gate.projections() * HIDDEN));
            in.add(Tensors.normal(rng, 0, 1, experts, WIDTH));
        }
        return in;
    }

    private static ExpertsKernel.Weights weights(List<Tensor> t, Gate gate, boolean bias) {
        return new ExpertsKernel.Weights(
                t.get(2),
                bias ? Optional.of(t.get(7)) : Optional.empty(),
                gate,
                t.get(3),
                bias ? Optional.of(t.get(8)) : Optional.empty());
    }

    private static Routes routes(long[] expertOfAssignment, int experts, int topK) {
        long[] counts = new long[experts];
        List<Long> assignments = new ArrayList<>();
        long[] rowOfAssignment = new long[expertOfAssignment.length];
        for (int expert = 0; expert < experts; expert++) {
            for (int assignment = 0; assignment < expertOfAssignment.length; assignment++) {
                if (expertOfAssignment[assignment] == expert) {
                    counts[expert]++;
                    rowOfAssignment[assignment] = assignments.size();
                    assignments.add((long) assignment);
                }
            }
        }
        for (int assignment = 0; assignment < expertOfAssignment.length; assignment++) {
            rowOfAssignment[assignment] =
                    expertOfAssignment[assignment] < 0 ? assignments.size() : rowOfAssignment[assignment];
        }
        return new Routes(
                counts, assignments.stream().mapToLong(Long::longValue).toArray(), rowOfAssignment, topK);
    }

    /** The definition: x, the other reader of its norm, and every expert on every token, with weight 0 if it was not chosen. */
    private static Tensor everywhere(
            List<Tensor> t, long[] expertOfAssignment, int experts, int topK, Gate gate, boolean bias, DType compute) {
        Tensor normed = norm(t).plain(t.get(0));
        Tensor sum = t.get(0).add(normed.matmul(t.get(6)));
        int tokens = expertOfAssignment.length / topK;
        for (int expert = 0; expert < experts; expert++) {
            float[] chosen = new float[expertOfAssignment.length];
            for (int assignment = 0; assignment < chosen.length; assignment++) {
                chosen[assignment] = expertOfAssignment[assignment] == expert ? 1 : 0;
            }
            int e = expert;
            Optional<Tensor> upBias = bias ? Optional.of(t.get(7).select(0, e)) : Optional.empty();
            Optional<Tensor> downBias = bias ? Optional.of(t.get(8).select(0, e)) : Optional.empty();
            Tensor active = gate.plain(new Projection(t.get(2).select(0, e), upBias).plain(normed, compute));
            Tensor y = new Projection(t.get(3).select(0, e), downBias).plain(active, compute);
            Tensor weight = t.get(1)
                    .mul(Tensors.of(chosen, tokens, topK).to(t.get(1).dtype()))
                    .sum(1);
            sum = sum.add(y.mul(weight.unsqueeze(1)));
        }
        return sum;
    }
}
