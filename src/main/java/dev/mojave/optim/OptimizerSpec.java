package dev.mojave.optim;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import java.util.List;
import java.util.Objects;

/** The optimiser of a recipe: {@code train.optimizer}. */
public sealed interface OptimizerSpec permits AdamW.Spec, Muon.Spec {
    /** Returns the optimiser of these parameters before its first step; whoever builds it closes it. */
    Optimizer build(List<Parameter> parameters);

    /** Returns the kind, as a recipe writes it. */
    default String kind() {
        return Objects.requireNonNull(getClass().getAnnotation(JsonTypeName.class), "every kind has its name")
                .value();
    }

    /** Returns how many float32 tensors as large as a parameter it remembers of one in this role. */
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
