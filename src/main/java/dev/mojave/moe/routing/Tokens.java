package dev.mojave.moe.routing;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Optional;

// Shapes: B batch, S tokens, T routed tokens: B * S, or fewer where some are padding.
/**
 * The ids, positions and categories of the tokens of a batch, which some routers read in addition to the activations.
 *
 * @param idsBS int64 token ids (B, S)
 * @param offset position of each row's first token in its sequence: not 0 if earlier tokens are in a cache
 * @param categoriesBS int64 category of each token (B, S), counted from 1; 0 = no category; empty if no token has one
 * @param realT int64 indices in B * S of the tokens that are not padding, ascending; empty if no token is padding
 */
public record Tokens(Tensor idsBS, int offset, Optional<Tensor> categoriesBS, Optional<Tensor> realT) {
    /** Creates tokens with ids alone, at the beginning of their sequences and without padding. */
    public static Tokens of(Tensor idsBS) {
        return new Tokens(idsBS, 0, Optional.empty(), Optional.empty());
    }

    /** Returns the ids of the routed tokens (T). */
    public long[] ids() {
        return routed(idsBS).toLongs();
    }

    /** Returns the position of each routed token in its sequence (T). */
    public long[] positions() {
        long length = idsBS.size(1);
        long[] positions = realT.isPresent() ? realT.get().toLongs() : new long[(int) idsBS.elements()];
        for (int token = 0; token < positions.length; token++) {
            positions[token] = offset + (realT.isPresent() ? positions[token] : token) % length;
        }
        return positions;
    }

    /** Returns the category of each routed token, int64 (T). */
    public Tensor categoriesT() {
        return routed(categoriesBS.orElseGet(() -> Tensors.zeros(DType.INT64, idsBS.shape())));
    }

    /** Scatters the rows of the routed tokens, float32 (T, N), to those of all tokens (B * S, N), with zeros for padding. */
    public Tensor among(Tensor ofRoutedTN) {
        return realT.map(real -> Tensors.zeros(DType.FLOAT32, idsBS.elements(), ofRoutedTN.size(1))
                        .indexAdd(0, real, ofRoutedTN))
                .orElse(ofRoutedTN);
    }

    /** Selects the rows of the routed tokens (T, ...) from those of all tokens (B * S, ...). */
    public Tensor routedOf(Tensor all) {
        return realT.map(real -> all.indexSelect(0, real)).orElse(all);
    }

    private Tensor routed(Tensor xBS) {
        return routedOf(xBS.reshape(-1));
    }
}
