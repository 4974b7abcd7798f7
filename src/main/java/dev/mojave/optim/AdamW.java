package dev.mojave.optim;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.tree.Default;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.optimizer.AdamWKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW (arXiv 1711.05101): with gradient g, {@code m = b1 m + (1 - b1) g}, {@code v = b2 v + (1 - b2) g^2}, {@code w -= lr * wd
 * * w + lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)}; weight decay applies to matrices and embeddings only
 * ({@link Parameter#decays}).
 */
public final class AdamW implements Optimizer {
    /**
     * The constants of the update.
     *
     * @param betas decay rates b1 and b2 of the two moments, each at least 0 and below 1
     * @param eps constant added to the root of the second moment
     * @param weightDecay decoupled weight decay wd, multiplied by the learning rate
     */
    @JsonTypeName("adamw")
    public record Spec(
            @Default("[0.9, 0.95]") List<Double> betas,
            @Default("1e-8") double eps,
            @Default("0.1") double weightDecay) implements OptimizerSpec {
        /** Checks every constant. */
        public Spec {
            OptimizerSpec.checkAdam(betas, eps, weightDecay);
            betas = List.copyOf(betas);
        }

        /** Returns the decay rate of the first moment. */
        public double beta1() {
            return betas.get(0);
        }

        /** Returns the decay rate of the second moment. */
        public double beta2() {
            return betas.get(1);
        }

        @Override
        public int remembered(Role role) {
            return 2;
        }

        @Override
        public AdamW build(List<Parameter> parameters) {
            return new AdamW(this, parameters);
        }
    }

    private record Moments(Parameter parameter, Tensor first, Tensor second) {}

    private final Spec spec;
    private final List<Moments> moments;
    private long steps;

    /** Creates an optimiser whose moments are zero, float32, before its first step. */
    public AdamW(Spec spec, List<Parameter> parameters) {
        this.spec = spec;
        try (Scope _ = Scope.open()) {
            this.moments = parameters.stream()
                    .map(p -> new Moments(p, zeros(p), zeros(p)))
                    .toList();
        }
    }

    private static Tensor zeros(Parameter parameter) {
        return Tensors.zeros(DType.FLOAT32, parameter.value().shape()).retain();
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        steps++;
        List<AdamWKernel.Slot> slots = new ArrayList<>();
        try (Scope _ = Scope.open()) {
            for (Moments m : moments) {
                m.parameter
                        .value()
                        .grad()
                        .ifPresent(gradient -> slots.add(new AdamWKernel.Slot(
                                m.parameter.value(),
                                gradient.contiguous(),
                                m.first,
                                m.second,
                                m.parameter.decays() ? spec.weightDecay : 0)));
            }
            AdamWKernel.step(
                    slots,
                    new AdamWKernel.Settings(learningRate, spec.beta1(), spec.beta2(), spec.eps, steps, gradientScale));
        }
    }

    @Override
    public long steps() {
        return steps;
    }

    /** Returns the moments, {@code exp_avg.PARAMETER} and {@code exp_avg_sq.PARAMETER}. */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Moments m : moments) {
            state.put("exp_avg." + m.parameter.name(), m.first);
            state.put("exp_avg_sq." + m.parameter.name(), m.second);
        }
        return state;
    }

    @Override
    public void resume(long stepsDone) {
        steps = stepsDone;
    }

    @Override
    public void close() {
        for (Moments m : moments) {
            m.first.close();
            m.second.close();
        }
    }
}
