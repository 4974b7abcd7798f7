package dev.mojave.moe.routing;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Optional;

// Shapes: B batch, S tokens, T routed tokens: B * S, or fewer where some are padding.
/**
 * What is known about the tokens of a batch beside their activations.
 *
 * @param idsBS int64 token ids (B, S)
 * @param offset position of each row's first token in its sequence: not 0 where earlier tokens are in a cache
 * @param categoriesBS int64 number of each token's category (B, S), 0 where it has none; absent = none has
 * @param realT int64 indices in B * S of the tokens that are not padding, ascending; absent = all
 */
public record Tokens(Tensor idsBS, int offset, Optional<Tensor> categoriesBS, Optional<Tensor> realT) {
    /** Tokens of which nothing but their ids is known. */
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

    /** Puts what belongs to the routed tokens, float32 (T, N), among all tokens (B * S, N), zeros for padding. */
    public Tensor among(Tensor ofRoutedTN) {
        return realT.map(real -> Tensors.zeros(DType.FLOAT32, idsBS.elements(), ofRoutedTN.size(1))
                        .indexAdd(0, real, ofRoutedTN))
                .orElse(ofRoutedTN);
    }

    /** Returns the rows of the routed tokens (T, ...) of those of all tokens (B * S, ...). */
    public Tensor routedOf(Tensor all) {
        return realT.map(real -> all.indexSelect(0, real)).orElse(all);
    }

    private Tensor routed(Tensor xBS) {
        return routedOf(xBS.reshape(-1));
    }
}
