package dev.mojave.model;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The result of a forward pass.
 *
 * @param logitsBSV logits of the next token (B, S, V), float32
 * @param crossEntropy mean cross-entropy in nats over targets that are not -100, without auxiliary losses; present if there were
 *     targets
 * @param hiddenBSD residual stream (B, S, D), float32: before each block, then after the final norm
 * @param routing one record per mixture, in order, without padding tokens, which must not count in balance losses
 */
public record Output(Tensor logitsBSV, Optional<Tensor> crossEntropy, List<Tensor> hiddenBSD, List<Routing> routing) {}
