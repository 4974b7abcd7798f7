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
     * Chooses experts and weights for a batch of tokens. Routers with noise draw it in training only, from
     * {@link dev.mojave.tensor.Rng#dropout()}.
     *
     * @param xTD activations of the tokens (T, D), any float dtype, without padding
     * @param tokens ids, positions and categories of the same T tokens
     */
    Routing route(Tensor xTD, Tokens tokens, Context context);

    /**
     * Updates the buffers of a router, once per optimiser step. Most routers have none.
     *
     * @param requestedOfExpert requested load: the number of assignments to each expert in the whole batch of the step, before
     *     capacity
     */
    default void afterStep(long[] requestedOfExpert) {}
}
