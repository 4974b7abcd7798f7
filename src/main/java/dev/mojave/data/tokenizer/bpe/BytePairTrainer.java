package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a byte-level BPE tokenizer: text is given piece by piece, counted on all processors, and forgotten. The result depends
 * on the texts alone, not on the number of processors, and equals that of Hugging Face's {@code BpeTrainer} with GPT-2's
 * pre-tokenizer, all 256 bytes and the same sequences.
 *
 * <p>Memory is bounded: when the distinct pieces of text outgrow their room (4 million, or 64 MiB), the rarest are forgotten.
 * {@link #forgotten} says whether that happened; English of 100 million words has about a million.
 */
public final class BytePairTrainer {
    /** Tokens that end a text: the first id. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private static final int BATCH_CHARS = 32 << 20;
    private static final int MAX_PIECES = 4 << 20;
    private static final int MAX_BYTES = 64 << 20;

    /**
     * What is trained.
     *
     * @param vocabSize entries: {@code <|endoftext|>}, the 256 bytes, and the merges
     * @param minFrequency a pair must occur so often to be merged
     */
    public record Spec(int vocabSize, int minFrequency) {
        /** Checks that there is room for bytes and separator. */
        public Spec {
            Check.that(
                    vocabSize >= 257,
                    "a byte-level vocabulary has at least 257 entries: 256 bytes and <|endoftext|>, not %d",
                    vocabSize);
            Check.that(
                    minFrequency >= 1,
                    "a pair occurs at least once, so the least frequency is 1, not %d",
                    minFrequency);
        }
    }

    /**
     * What came out.
     *
     * @param json a {@code tokenizer.json} that Hugging Face's libraries read too
     * @param vocabSize entries; fewer than asked for if no pair was frequent enough
     * @param merges how many pairs were merged
     * @param pieces distinct pieces of text
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

    /** Begins to train. */
    public BytePairTrainer(Spec spec) {
        this(spec, BATCH_CHARS, MAX_PIECES, MAX_BYTES);
    }

    BytePairTrainer(Spec spec, int batchChars, int maxPieces, int maxBytes) {
        this.spec = spec;
        this.batchChars = batchChars;
        this.maxPieces = maxPieces;
        this.maxBytes = maxBytes;
    }

    /** Takes a sequence of text, or a part of one that ends before white space that follows something else. */
    public void add(String text) {
        batch.add(text);
        batched += text.length();
        if (batched >= batchChars) {
            count();
        }
    }

    /** Counts what was added; where a batch ends depends on the text alone, so what is forgotten does too. */
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

    /** Returns whether rare pieces were forgotten to bound memory. */
    public boolean forgotten() {
        return forgotten;
    }

    /** Learns the merges from all that was added. */
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
