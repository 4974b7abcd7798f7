package dev.mojave.result;

/**
 * The result of training a tokenizer.
 *
 * @param file file of the tokenizer
 * @param vocabSize number of ids; fewer than requested if there were too few frequent pairs
 * @param merges number of merges
 * @param documents number of documents that it was trained on
 * @param bytes number of UTF-8 bytes of these documents
 * @param pieces number of distinct pieces of text; nothing is merged across pieces
 * @param forgotten whether rare pieces were discarded to bound memory
 * @param seconds duration, including reading the documents
 */
public record TokenizerTraining(
        String file,
        int vocabSize,
        int merges,
        long documents,
        long bytes,
        int pieces,
        boolean forgotten,
        double seconds) {}
