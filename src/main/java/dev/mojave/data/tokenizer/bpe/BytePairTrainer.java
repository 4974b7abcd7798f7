package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a byte-level BPE tokenizer. Text is given in parts, counted on all processors and then discarded. The result depends only on the
 * texts, not on the number of processors, and equals that of Hugging Face's {@code BpeTrainer} with GPT-2's
 * pre-tokenizer, all 256 bytes and the same sequences.
 *
 * <p>Memory is bounded: when there are more than 4 million or 64 MiB of distinct pieces (pre-tokens), the rarest are discarded and
 * {@link #forgotten} returns true. English text of 100 million words has about a million.
 */
public final class BytePairTrainer {
    /** The content of the token that ends a text; it has the first id. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private static final int BATCH_CHARS = 32 << 20;
    private static final int MAX_PIECES = 4 << 20;
    private static final int MAX_BYTES = 64 << 20;

    /**
     * The vocabulary to train.
     *
     * @param vocabSize number of entries: {@code <|endoftext|>}, the 256 bytes, and the merges
     * @param minFrequency minimum number of occurrences for a pair to be merged
     */
    public record Spec(int vocabSize, int minFrequency) {
        /** Checks that there is room for bytes and separator. */
        public Spec {
            Check.that(
                    vocabSize >= 257,
                    "a byte-level vocabulary has at least 257 entries: 256 bytes and <|endoftext|>, not %d",
                    vocabSize);
            Check.that(minFrequency >= 1, "the minimum frequency of a pair must be at least 1, not %d", minFrequency);
        }
    }

    /**
     * The result of training.
     *
     * @param json the content of a {@code tokenizer.json} that Hugging Face's libraries can read, too
     * @param vocabSize number of entries; fewer than requested if no pair was frequent enough
     * @param merges number of pairs that were merged
     * @param pieces number of distinct pieces of text
     */
    public record Trained(String json, int vocabSize, int merges, int pieces) {}

    private final Spec spec;
    private final int maxPieces;
    private final int maxBytes;
    private final int batchChars;
    private final List<String> batch = new ArrayList<>();
    private PieceCounter counter = new PieceCounter();
    private long batched;
    private boolean forgotten;

    /** Starts training. */
    public BytePairTrainer(Spec spec) {
        this(spec, BATCH_CHARS, MAX_PIECES, MAX_BYTES);
    }

    BytePairTrainer(Spec spec, int batchChars, int maxPieces, int maxBytes) {
        this.spec = spec;
        this.batchChars = batchChars;
        this.maxPieces = maxPieces;
        this.maxBytes = maxBytes;
    }

    /** Adds a text, or a part of one that ends where white space follows another character. */
    public void add(String text) {
        batch.add(text);
        batched += text.length();
        if (batched >= batchChars) {
            count();
        }
    }

    /** Counts the batch. Where a batch ends depends only on the text, so which pieces are discarded does too. */
    private void count() {
        PieceCounter counted =
                batch.parallelStream().collect(PieceCounter::new, PieceCounter::count, PieceCounter::addAll);
        batch.clear();
        batched = 0;
        if (counter.size() == 0) {
            counter = counted;
        } else {
            counter.addAll(counted);
        }
        for (long rare = 1; counter.size() > maxPieces || counter.totalBytes() > maxBytes; rare *= 2) {
            forgotten = true;
            counter = counter.above(rare);
        }
    }

    /** Returns whether rare pieces were discarded to bound memory. */
    public boolean forgotten() {
        return forgotten;
    }

    /** Learns the merges from all text that was added. */
    public Trained finish(Progress progress) {
        count();
        MergeLearner learner = new MergeLearner(counter, spec.vocabSize(), spec.minFrequency(), List.of(END_OF_TEXT));
        int pieces = counter.size();
        counter = new PieceCounter();
        learner.learn(progress);
        return new Trained(
                HuggingFaceFormat.bytePairs(learner.tokens(), learner.merges()),
                learner.tokens().size(),
                learner.merges().size(),
                pieces);
    }
}
