package dev.mojave.result;

/**
 * A tokenizer that was trained.
 *
 * @param file where it is
 * @param vocabSize its ids; fewer than asked for if no pair was frequent enough
 * @param merges pairs that were merged
 * @param documents what it was trained on
 * @param bytes UTF-8 bytes of that
 * @param pieces distinct pieces of text, between which nothing is merged
 * @param forgotten whether rare pieces were forgotten to bound memory
 * @param seconds reading included
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
