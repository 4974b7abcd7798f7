package dev.mojave.model;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Tensor;
import java.util.List;

/**
 * What a pass for the loss alone gives.
 *
 * @param crossEntropy mean nats over targets that are not -100. Auxiliary losses are not in it
 * @param routing as in {@link Output}
 */
public record Loss(Tensor crossEntropy, List<Routing> routing) {}
