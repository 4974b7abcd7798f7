package dev.mojave.model;

import dev.mojave.nn.KvCache;
import dev.mojave.tensor.Tensor;
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

    /** The same with every token's category. */
    public Inputs withCategories(Tensor newCategoriesBS) {
        return new Inputs(idsBS, targetsBS, paddingBS, Optional.of(newCategoriesBS), cache);
    }
}
