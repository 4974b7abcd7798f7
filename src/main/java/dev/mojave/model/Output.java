package dev.mojave.model;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * What a forward pass gives.
 *
 * @param logitsBSV logits of the next token (B, S, V), float32
 * @param crossEntropy mean nats over targets that are not -100; present if there were targets. Auxiliary losses are not in it
 * @param hiddenBSD the residual stream (B, S, D), float32: first the embeddings, then after every block, the last after the final norm
 * @param routing one record a sparse layer, in order; without the tokens marked as padding, which must not count in balance losses
 */
public record Output(Tensor logitsBSV, Optional<Tensor> crossEntropy, List<Tensor> hiddenBSD, List<Routing> routing) {}
