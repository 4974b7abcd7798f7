package dev.mojave.tensor.kernels.optimizer;

import dev.mojave.base.Check;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.support.Chunks;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorOptimizer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW (arXiv 1711.05101) in one pass over memory for all parameters together, clipping included. With gradient g already
 * multiplied by the clipping scale, at step t from 1:
 *
 * <pre>{@code
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g^2
 * p = p (1 - lr decay) - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * }</pre>
 *
 * Everything is float32; the factors are computed in float64. The result has the same bits for any number of threads.
 */
public final class AdamWKernel {
    private AdamWKernel() {}

    /**
     * One parameter with its gradient and moments, all of one shape and contiguous.
     *
     * @param parameter overwritten
     * @param gradient read only
     * @param firstMoment overwritten; zeros before the first step
     * @param secondMoment overwritten; zeros before the first step
     * @param weightDecay decay of this parameter, 0 for vectors by convention
     */
    public record Slot(
            Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, double weightDecay) {}

    /**
     * The settings that all parameters share in one step.
     *
     * @param learningRate lr
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the root
     * @param step t, from 1
     * @param gradientScale factor of every gradient, for clipping; 1 without clipping
     */
    public record Settings(
            double learningRate, double beta1, double beta2, double epsilon, long step, double gradientScale) {
        /** Checks the ranges. */
        public Settings {
            Check.that(
                    beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1,
                    "betas [%s, %s] must be in [0, 1)",
                    beta1,
                    beta2);
            Check.that(step >= 1, "step (%d) counts from 1", step);
        }

        private double correction1() {
            return 1 - Math.pow(beta1, (double) step);
        }

        private double correction2() {
            return 1 - Math.pow(beta2, (double) step);
        }
    }

    private static VectorOptimizer.Factors factors(Settings s, double weightDecay) {
        return new VectorOptimizer.Factors(
                (float) s.gradientScale,
                (float) s.beta1,
                (float) (1 - s.beta1),
                (float) s.beta2,
                (float) (1 - s.beta2),
                (float) (1 - s.learningRate * weightDecay),
                (float) (s.learningRate / s.correction1()),
                (float) (1 / Math.sqrt(s.correction2())),
                (float) s.epsilon);
    }

    /** Updates every slot in place. */
    public static void step(List<Slot> slots, Settings settings) {
        boolean fused =
                slots.stream().allMatch(s -> Fused.supports(s.parameter, s.gradient, s.firstMoment, s.secondMoment));
        if (fused) {
            fused(slots, settings);
        } else {
            plain(slots, settings);
        }
    }

    /** The reference implementation in libtorch operations. */
    public static void plain(List<Slot> slots, Settings s) {
        try (NoGrad _ = NoGrad.open()) {
            for (Slot slot : slots) {
                try (Scope _ = Scope.open()) {
                    Tensor gradient = slot.gradient.mul(s.gradientScale);
                    slot.firstMoment.mulInPlace(s.beta1).addInPlace(gradient, 1 - s.beta1);
                    slot.secondMoment.mulInPlace(s.beta2).addInPlace(gradient.square(), 1 - s.beta2);
                    Tensor root = slot.secondMoment
                            .sqrt()
                            .div(Math.sqrt(s.correction2()))
                            .add(s.epsilon);
                    slot.parameter
                            .mulInPlace(1 - s.learningRate * slot.weightDecay)
                            .addInPlace(slot.firstMoment.div(root), -s.learningRate / s.correction1());
                }
            }
        }
    }

    private static void fused(List<Slot> slots, Settings settings) {
        try (Scope _ = Scope.open()) {
            List<MemorySegment> parameters = new ArrayList<>(slots.size());
            List<MemorySegment> gradients = new ArrayList<>(slots.size());
            List<MemorySegment> firsts = new ArrayList<>(slots.size());
            List<MemorySegment> seconds = new ArrayList<>(slots.size());
            List<VectorOptimizer.Factors> factors = new ArrayList<>(slots.size());
            for (Slot slot : slots) {
                parameters.add(slot.parameter.segment());
                gradients.add(slot.gradient.contiguous().segment());
                firsts.add(slot.firstMoment.segment());
                seconds.add(slot.secondMoment.segment());
                factors.add(factors(settings, slot.weightDecay));
            }
            Chunks chunks = Chunks.of(parameters);
            Workers.forEach(chunks.count(), i -> {
                int t = chunks.tensor(i);
                VectorOptimizer.adamW(
                        parameters.get(t),
                        gradients.get(t),
                        firsts.get(t),
                        seconds.get(t),
                        factors.get(t),
                        chunks.from(i),
                        chunks.to(i));
            });
        }
    }
}
