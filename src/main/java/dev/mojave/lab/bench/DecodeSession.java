package dev.mojave.lab.bench;

import dev.mojave.generate.TokenDecoder;
import dev.mojave.generate.TokenReader;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.KvCache;
import java.util.SplittableRandom;

/**
 * Continues a short prompt with the most likely tokens, one sequence at a time: greedy decoding, as {@code transformers.generate}
 * does without sampling.
 */
final class DecodeSession implements Session {
    /** Tokens of the prompt, which a step reads in one pass. */
    static final int PROMPT = 16;

    /** Tokens that a step generates. */
    static final int WRITTEN = 64;

    private static final double WARM_UP_SECONDS = 5;

    private final LanguageModel model;
    private final TokenReader reader;
    private final KvCache cache;
    private final int[] prompt;
    private final long bytesPerToken;

    DecodeSession(Workload workload) {
        model = LanguageModel.build(workload.model(), 0);
        reader = TokenReader.of(model, workload.weights());
        cache = model.newCache(1);
        prompt = new SplittableRandom(0)
                .ints(PROMPT, 0, workload.model().vocabSize())
                .toArray();
        bytesPerToken = bytesPerToken(model, workload);
    }

    private static long bytesPerToken(LanguageModel model, Workload workload) {
        if (!TokenDecoder.supports(model)) {
            return workload.model().counts().active() * Float.BYTES;
        }
        try (TokenDecoder decoder = new TokenDecoder(model, workload.weights())) {
            return decoder.bytesPerToken();
        }
    }

    /** Returns the bytes of weights that are read per token. */
    long bytesPerToken() {
        return bytesPerToken;
    }

    @Override
    public void warmUp() {
        long begin = System.nanoTime();
        while ((System.nanoTime() - begin) / 1e9 < WARM_UP_SECONDS) {
            step();
        }
    }

    @Override
    public double step() {
        long start = System.nanoTime();
        cache.clear();
        float[] logits = reader.read(cache, prompt);
        for (int written = 1; written < WRITTEN; written++) {
            logits = reader.next(cache, best(logits));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    @Override
    public void close() {
        reader.close();
        cache.close();
        model.close();
    }
}
