package dev.mojave.model;

import dev.mojave.nn.KvCache;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a model reads.
 *
 * @param idsBS int64 token ids (B, S)
 * @param targetsBS int64 next tokens (B, S), -100 where there is none; absent = no loss
 * @param paddingBS boolean (B, S), true where a token is real; absent = all are. Padding follows the real tokens
 * @param categoriesBS int64 category of each token (B, S): 1 + its index in {@link ModelSpec#categories}, 0 = none; absent = none has
 * @param cache earlier keys and values; absent = none. Not together with padding
 */
public record Inputs(
        Tensor idsBS,
        Optional<Tensor> targetsBS,
        Optional<Tensor> paddingBS,
        Optional<Tensor> categoriesBS,
        Optional<KvCache> cache) {
    /** Tokens to continue. */
    public static Inputs of(Tensor idsBS) {
        return new Inputs(idsBS, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Tokens and the tokens that follow each. */
    public static Inputs of(Tensor idsBS, Tensor targetsBS) {
        return new Inputs(idsBS, Optional.of(targetsBS), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The next tokens of a sequence whose beginning is in the cache. */
    public static Inputs of(Tensor idsBS, KvCache cache) {
        return new Inputs(idsBS, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(cache));
    }

    /** The same with padding marked. */
    public Inputs withPadding(Tensor realBS) {
        return new Inputs(idsBS, targetsBS, Optional.of(realBS), categoriesBS, cache);
    }

    /** The same where each row has so many real tokens, and padding behind them. */
    public Inputs withLengths(int[] lengths) {
        int tokens = (int) idsBS.size(1);
        float[] real = new float[lengths.length * tokens];
        for (int row = 0; row < lengths.length; row++) {
            Arrays.fill(real, row * tokens, row * tokens + lengths[row], 1);
        }
        return withPadding(Tensors.of(real, lengths.length, tokens).to(DType.BOOL));
    }

    /** The same with every token's category. */
    public Inputs withCategories(Tensor newCategoriesBS) {
        return new Inputs(idsBS, targetsBS, paddingBS, Optional.of(newCategoriesBS), cache);
    }
}
