package dev.mojave.run;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.base.Default;
import java.util.List;

/** What turns gradients into updates: {@code train.optimizer}. */
public sealed interface OptimizerSpec {
    /**
     * AdamW (arXiv 1711.05101); decay acts on matrices only.
     *
     * @param betas decay rates of the two moments
     * @param eps added to the root of the second moment
     * @param weightDecay decoupled decay, multiplied by the learning rate
     */
    @JsonTypeName("adamw")
    record AdamW(
            @Default("[0.9, 0.95]") List<Double> betas,
            @Default("1e-8") double eps,
            @Default("0.1") double weightDecay) implements OptimizerSpec {
        /** Checks every constant. */
        public AdamW {
            Check.that(
                    betas.size() == 2 && betas.stream().allMatch(beta -> 0 <= beta && beta < 1),
                    "betas (%s) must be two numbers, each at least 0 and below 1",
                    betas);
            Check.that(eps > 0, "eps (%s) must be positive", eps);
            Check.that(weightDecay >= 0, "weight_decay (%s) must not be negative", weightDecay);
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
    }
}
