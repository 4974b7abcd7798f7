package dev.mojave.model;

import dev.mojave.nn.KvCache;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * The inputs of a forward pass.
 *
 * @param idsBS int64 token ids (B, S)
 * @param targetsBS int64 next tokens (B, S), -100 where the loss ignores a token; empty if no loss is computed
 * @param paddingBS boolean (B, S), true where a token is real, that is not padding; padding follows the real tokens. Empty if all
 *     tokens are real
 * @param categoriesBS int64 category of each token (B, S): 1 + its index in {@link ModelSpec#categories}, 0 = no category; empty
 *     if no token has one
 * @param cache earlier keys and values; empty if there are none. Cannot be combined with padding
 */
public record Inputs(
        Tensor idsBS,
        Optional<Tensor> targetsBS,
        Optional<Tensor> paddingBS,
        Optional<Tensor> categoriesBS,
        Optional<KvCache> cache) {
    /** Creates inputs without targets. */
    public static Inputs of(Tensor idsBS) {
        return new Inputs(idsBS, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Creates inputs with the next token of each token. */
    public static Inputs of(Tensor idsBS, Tensor targetsBS) {
        return new Inputs(idsBS, Optional.of(targetsBS), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Creates inputs that continue a sequence whose beginning is in the cache. */
    public static Inputs of(Tensor idsBS, KvCache cache) {
        return new Inputs(idsBS, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(cache));
    }

    /** Returns these inputs with padding, where {@code realBS} is false. */
    public Inputs withPadding(Tensor realBS) {
        return new Inputs(idsBS, targetsBS, Optional.of(realBS), categoriesBS, cache);
    }

    /** Returns these inputs with padding after the first {@code lengths[b]} tokens of each row b. */
    public Inputs withLengths(int[] lengths) {
        int tokens = (int) idsBS.size(1);
        float[] real = new float[lengths.length * tokens];
        for (int row = 0; row < lengths.length; row++) {
            Arrays.fill(real, row * tokens, row * tokens + lengths[row], 1);
        }
        return withPadding(Tensors.of(real, lengths.length, tokens).to(DType.BOOL));
    }

    /** Returns these inputs with the category of every token. */
    public Inputs withCategories(Tensor newCategoriesBS) {
        return new Inputs(idsBS, targetsBS, paddingBS, Optional.of(newCategoriesBS), cache);
    }
}
