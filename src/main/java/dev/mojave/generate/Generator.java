package dev.mojave.generate;

import dev.mojave.base.Check;
import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.StreamDecoder;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.KvCache;
import dev.mojave.result.GenerateResult;
import dev.mojave.tensor.kernels.WeightFormat;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Continues a text, one token at a time, with a key-value cache. When the context is full, the model reads the last half of it
 * again and goes on from there. Prompts are read by the model's forward pass; each further token by {@link TokenDecoder} where its
 * kernels run.
 */
public final class Generator {
    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final WeightFormat weights;
    private final int category;

    /** Generates with a model and the tokenizer it was trained with. */
    public Generator(LanguageModel model, Tokenizer tokenizer) {
        this(model, tokenizer, WeightFormat.FP32);
    }

    /**
     * The same with narrower weights for all but the prompt.
     *
     * @param weights format in which they are packed; give a model after {@link LanguageModel#roundWeights} to have the prompt read with
     *     the same weights
     */
    public Generator(LanguageModel model, Tokenizer tokenizer, WeightFormat weights) {
        this(model, tokenizer, weights, 0);
    }

    private Generator(LanguageModel model, Tokenizer tokenizer, WeightFormat weights, int category) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.weights = weights;
        this.category = category;
    }

    /**
     * The same for text of a category, which task-aware routers are told.
     *
     * @param name one of the model's {@link ModelSpec#categories}
     * @throws IllegalArgumentException if it is none of them
     */
    public Generator ofCategory(String name) {
        int index = model.spec().categories().indexOf(name);
        Check.that(index >= 0, "the model knows no category '%s'", name);
        return new Generator(model, tokenizer, weights, index + 1);
    }

    /**
     * Writes a continuation, handing text to {@code stream} as it comes.
     *
     * @param prompt the beginning; empty starts from the end-of-text token, or from the tokenizer's first token
     */
    public GenerateResult generate(String prompt, SamplingSpec spec, Consumer<String> stream, StopSignal signal) {
        int[] history = prompt(prompt);
        int known = history.length;
        history = Arrays.copyOf(history, known + spec.maxTokens());
        TokenChooser chooser = new TokenChooser(spec);
        for (int i = 0; i < known; i++) {
            chooser.see(history[i]);
        }
        StreamDecoder decoder = tokenizer.streamDecoder();
        StopText stop = new StopText(spec.stop());
        StringBuilder text = new StringBuilder();
        Consumer<String> emit = piece -> {
            text.append(piece);
            stream.accept(piece);
        };
        int written = 0;
        long start = System.nanoTime();
        try (KvCache cache = model.newCache(1);
                TokenReader reader = TokenReader.of(model, weights, category)) {
            float[] logits = read(reader, cache, history, known);
            start = System.nanoTime();
            while (true) {
                int id = chooser.choose(withText(logits));
                boolean end = tokenizer.endOfText().orElse(-1) == id;
                if (end && spec.untilEnd()) {
                    break;
                }
                chooser.see(id);
                history[known + written++] = id;
                emit.accept(stop.add(end ? decoder.add(id) + "\n" : decoder.add(id)));
                if (stop.stopped() || written == spec.maxTokens() || signal.requested()) {
                    break;
                }
                logits = next(reader, cache, history, known + written);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        emit.accept(stop.add(decoder.finish()));
        emit.accept(stop.finish());
        return new GenerateResult(text.toString(), written, written == 0 ? 0 : written / seconds);
    }

    /** A model may have more embeddings than its tokenizer has tokens, padded for speed: what has no text is never chosen. */
    private float[] withText(float[] logits) {
        int tokens = tokenizer.vocabSize();
        return logits.length <= tokens ? logits : Arrays.copyOf(logits, tokens);
    }

    private int[] prompt(String prompt) {
        int[] ids = tokenizer.encode(prompt);
        return ids.length > 0 ? ids : new int[] {tokenizer.endOfText().orElse(0)};
    }

    /** Reads the end of the history afresh, as much as leaves half the context free, and returns the logits of the next token. */
    private static float[] read(TokenReader reader, KvCache cache, int[] history, int length) {
        cache.clear();
        int kept = length < cache.capacity() ? length : Math.max(1, cache.capacity() / 2);
        return reader.read(cache, Arrays.copyOfRange(history, length - kept, length));
    }

    private static float[] next(TokenReader reader, KvCache cache, int[] history, int length) {
        return cache.length() < cache.capacity()
                ? reader.next(cache, history[length - 1])
                : read(reader, cache, history, length);
    }
}
