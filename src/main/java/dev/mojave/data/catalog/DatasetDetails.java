package dev.mojave.data.catalog;

import dev.mojave.data.corpus.DatasetInfo;
import java.util.List;

/**
 * The output of {@code mojave data show NAME}.
 *
 * @param info the data set
 * @param beginning the first lines of the data set, shortened
 * @param stores the token stores built from it
 */
public record DatasetDetails(DatasetInfo info, List<String> beginning, List<Store> stores) {
    /** Copies the lists. */
    public DatasetDetails {
        beginning = List.copyOf(beginning);
        stores = List.copyOf(stores);
    }

    /**
     * A token store.
     *
     * @param folder path of the store
     * @param tokenizer kind of the tokenizer
     * @param vocabSize number of ids
     * @param trainTokens tokens of the training split
     * @param validationTokens tokens of the validation split
     * @param testTokens tokens of the test split
     * @param unigramEntropy entropy of the training split's token frequencies, in nats
     */
    public record Store(
            String folder,
            String tokenizer,
            int vocabSize,
            long trainTokens,
            long validationTokens,
            long testTokens,
            double unigramEntropy) {}
}
