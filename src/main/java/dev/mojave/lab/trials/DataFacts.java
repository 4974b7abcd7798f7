package dev.mojave.lab.trials;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.store.TokenSplit;

/**
 * What an experiment's results need to know of its data, so that they can be read again without it.
 *
 * @param vocabulary size of the tokenizer's vocabulary
 * @param unigramEntropy entropy of the training split's token frequencies, nats
 * @param bytesPerToken UTF-8 bytes of text per token of the validation split
 * @param heldOutTokens tokens of the validation split
 */
public record DataFacts(int vocabulary, double unigramEntropy, double bytesPerToken, long heldOutTokens) {
    /** Takes the facts from prepared data. */
    public static DataFacts of(PreparedData data) {
        TokenSplit held = data.validation();
        return new DataFacts(
                data.tokenizer().vocabSize(),
                data.unigramEntropy(),
                (double) held.bytes() / Math.max(1, held.tokens()),
                held.tokens());
    }
}
