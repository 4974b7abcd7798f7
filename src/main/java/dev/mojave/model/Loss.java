package dev.mojave.model;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Tensor;
import java.util.List;

/**
 * The result of a forward pass that computes only the loss.
 *
 * @param crossEntropy mean cross-entropy in nats over targets that are not -100, without auxiliary losses
 * @param routing as in {@link Output}
 */
public record Loss(Tensor crossEntropy, List<Routing> routing) {}
