package dev.mojave.moe.router;

import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.tensor.Tensor;

/** Chooses experts for tokens. */
public sealed interface Router
        permits TopKRouter,
                NoisyTopKRouter,
                SinkhornRouter,
                ExpertChoiceRouter,
                LossFreeRouter,
                TaskAwareRouter,
                HashRouter,
                UniformRouter,
                SoftRouter {
    /**
     * Routes. Noise, where a router has it, is drawn in training only, from {@link dev.mojave.tensor.Rng#dropout()}.
     *
     * @param xTD activations of the tokens (T, D), any float dtype, padding left out
     * @param tokens what else is known about the same T tokens
     */
    Routing route(Tensor xTD, Tokens tokens, Context context);

    /**
     * Changes what a router adapts without gradients, once an optimiser step. Most adapt nothing.
     *
     * @param requestedOfExpert copies that each expert was chosen for in the whole batch of the step, before capacity
     */
    default void afterStep(long[] requestedOfExpert) {}
}
