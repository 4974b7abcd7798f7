package dev.mojave.train;

import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.AdamWKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW (arXiv 1711.05101): with gradient g, {@code m = b1 m + (1 - b1) g}, {@code v = b2 v + (1 - b2) g^2},
 * {@code w -= lr * wd * w + lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)}; decay on matrices only.
 */
public final class AdamW implements AutoCloseable {
    /** The constants of the update. */
    public record Spec(double beta1, double beta2, double eps, double weightDecay) {}

    private record Moments(Parameter parameter, Tensor first, Tensor second) {}

    private final Spec spec;
    private final List<Moments> moments;
    private long steps;

    /** Starts with zero moments. */
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

    /**
     * Updates every parameter that has a gradient.
     *
     * @param gradientScale what gradients are multiplied by first: less than 1 where they are clipped
     */
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
                    new AdamWKernel.Settings(learningRate, spec.beta1, spec.beta2, spec.eps, steps, gradientScale));
        }
    }

    /** Returns how many updates were made. */
    public long steps() {
        return steps;
    }

    /** Returns the moments by name, {@code exp_avg.<parameter>} and {@code exp_avg_sq.<parameter>}, float32. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Moments m : moments) {
            state.put("exp_avg." + m.parameter.name(), m.first);
            state.put("exp_avg_sq." + m.parameter.name(), m.second);
        }
        return state;
    }

    /** Continues after {@code steps} updates; the caller has copied the moments into {@link #state()}. */
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
