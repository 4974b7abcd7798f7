package dev.mojave.lab.trials;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.store.TokenSplit;

/**
 * Facts about an experiment's data that its results need, stored so that results can be derived without the data.
 *
 * @param vocabulary size of the tokenizer's vocabulary
 * @param unigramEntropy entropy of the training split's token frequencies, nats per token
 * @param bytesPerToken UTF-8 bytes of text per token of the validation split
 * @param heldOutTokens tokens of the validation split
 */
public record DataFacts(int vocabulary, double unigramEntropy, double bytesPerToken, long heldOutTokens) {
    /** Returns the facts about prepared data. */
    public static DataFacts of(PreparedData data) {
        TokenSplit held = data.validation();
        return new DataFacts(
                data.tokenizer().vocabSize(),
                data.unigramEntropy(),
                (double) held.bytes() / Math.max(1, held.tokens()),
                held.tokens());
    }
}
