package dev.mojave.data.catalog;

import dev.mojave.data.corpus.DatasetInfo;
import java.util.List;

/**
 * What {@code mojave data show NAME} tells.
 *
 * @param info the data set
 * @param beginning the first lines of its first documents, shortened
 * @param stores token stores built from it
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
     * @param folder where it is
     * @param tokenizer kind of its tokenizer
     * @param vocabSize number of ids
     * @param trainTokens tokens to learn from
     * @param validationTokens held out
     * @param testTokens held out
     * @param unigramEntropy of the training split, nats
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
