package dev.mojave.moe;

import dev.mojave.tensor.Tensor;

/** Chooses experts for tokens. */
public interface Router {
    /**
     * Routes.
     *
     * @param xTD activations (T, D), any float dtype
     */
    Routing route(Tensor xTD);
}
