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

/**
 * Reads tokens into a cache and returns the logits of the next token: several tokens with a forward pass, a single one with the
 * decoder if it supports the model.
 */
public final class TokenReader implements AutoCloseable {
    private final LanguageModel model;
    private final int category;
    private final Optional<TokenDecoder> decoder;

    private TokenReader(LanguageModel model, int category, Optional<TokenDecoder> decoder) {
        this.model = model;
        this.category = category;
        this.decoder = decoder;
    }

    /** Creates a reader of text without a category; single tokens are read with weights of the given format. */
    public static TokenReader of(LanguageModel model, WeightFormat weights) {
        return of(model, weights, 0);
    }

    /** Creates a reader of text of a category, counted from 1 as in {@link Inputs#categoriesBS}; 0 = no category. */
    static TokenReader of(LanguageModel model, WeightFormat weights, int category) {
        return new TokenReader(
                model,
                category,
                TokenDecoder.supports(model) ? Optional.of(new TokenDecoder(model, weights)) : Optional.empty());
    }

    /** Reads tokens with a forward pass and returns the logits after the last one (V). */
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

    /** Reads one token and returns the logits after it (V). */
    public float[] next(KvCache cache, int id) {
        return decoder.isPresent() ? decoder.get().next(cache, id) : read(cache, new int[] {id});
    }

    @Override
    public void close() {
        decoder.ifPresent(TokenDecoder::close);
    }
}
