package dev.mojave.generate;

import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.nn.KvCache;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.Arrays;
import java.util.Optional;

/** Reads tokens into a cache and says what may follow: many at once by a forward pass, one by the decoder where it runs. */
public final class TokenReader implements AutoCloseable {
    private final LanguageModel model;
    private final int category;
    private final Optional<TokenDecoder> decoder;

    private TokenReader(LanguageModel model, int category, Optional<TokenDecoder> decoder) {
        this.model = model;
        this.category = category;
        this.decoder = decoder;
    }

    /** Reads text without a category, one token at a time with weights of the given format. */
    public static TokenReader of(LanguageModel model, WeightFormat weights) {
        return of(model, weights, 0);
    }

    /** Reads text of a category, counted from 1 as in {@link Inputs#categoriesBS}; 0 = none. */
    static TokenReader of(LanguageModel model, WeightFormat weights, int category) {
        return new TokenReader(
                model,
                category,
                TokenDecoder.takes(model) ? Optional.of(new TokenDecoder(model, weights)) : Optional.empty());
    }

    /** Reads tokens by a forward pass and returns the logits behind the last. */
    public float[] read(KvCache cache, int[] ids) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            int[] categories = new int[ids.length];
            Arrays.fill(categories, category);
            Inputs inputs = Inputs.of(Tensors.ofIds(ids, 1, ids.length), cache)
                    .withCategories(Tensors.ofIds(categories, 1, ids.length));
            return model.forward(inputs, Context.EVALUATION)
                    .logitsBSV()
                    .select(1, ids.length - 1)
                    .toFloats();
        }
    }

    /** Reads one token and returns the logits behind it. */
    public float[] next(KvCache cache, int id) {
        return decoder.isPresent() ? decoder.get().next(cache, id) : read(cache, new int[] {id});
    }

    @Override
    public void close() {
        decoder.ifPresent(TokenDecoder::close);
    }
}
