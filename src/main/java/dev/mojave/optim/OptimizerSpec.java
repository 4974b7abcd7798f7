package dev.mojave.optim;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import java.util.List;
import java.util.Objects;

/** Specification of an optimiser: {@code train.optimizer} in a recipe. */
public sealed interface OptimizerSpec permits AdamW.Spec, Muon.Spec {
    /** Builds the optimiser of {@code parameters}, before its first step; the caller closes it. */
    Optimizer build(List<Parameter> parameters);

    /** Returns the kind's name in a recipe. */
    default String kind() {
        return Objects.requireNonNull(getClass().getAnnotation(JsonTypeName.class), "every kind has a @JsonTypeName")
                .value();
    }

    /** Returns the number of float32 state tensors, each as large as the parameter, that a parameter of this role needs. */
    int remembered(Role role);

    /** Checks the constants of Adam's moments. */
    static void checkAdam(List<Double> betas, double eps, double weightDecay) {
        Check.that(
                betas.size() == 2 && betas.stream().allMatch(beta -> 0 <= beta && beta < 1),
                "betas (%s) must be two numbers, each at least 0 and below 1",
                betas);
        Check.that(eps > 0, "eps (%s) must be positive", eps);
        Check.that(weightDecay >= 0, "weight_decay (%s) must not be negative", weightDecay);
    }
}
