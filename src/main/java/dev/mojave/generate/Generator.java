package dev.mojave.generate;

import dev.mojave.base.Check;
import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.StreamDecoder;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.KvCache;
import dev.mojave.result.GenerateResult;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Continues a text, one token at a time, with a key-value cache. When the context is full, the model reads the last half of it
 * again and goes on from there. Prompts are read by the model's forward pass; each further token by {@link TokenDecoder} where its
 * kernels run.
 *
 * <p>The text is what decoding prompt and continuation together gives, less the prompt's: where a tokenizer writes a space between their
 * tokens, it begins with that space.
 */
public final class Generator {
    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final SpecialTokens special;
    private final WeightFormat weights;
    private final int category;

    /** Generates with a model that was trained here, and the tokenizer it was trained with. */
    public Generator(LanguageModel model, Tokenizer tokenizer) {
        this(model, tokenizer, SpecialTokens.of(tokenizer), WeightFormat.FP32);
    }

    /** The same with narrower weights for all but the prompt. */
    Generator(LanguageModel model, Tokenizer tokenizer, WeightFormat weights) {
        this(model, tokenizer, SpecialTokens.of(tokenizer), weights);
    }

    /**
     * Generates with any model.
     *
     * @param special which tokens begin and end its texts
     * @param weights format in which all but the prompt is computed; give a model after {@link LanguageModel#roundWeights} to have the
     *     prompt read with the same weights
     */
    public Generator(LanguageModel model, Tokenizer tokenizer, SpecialTokens special, WeightFormat weights) {
        this(model, tokenizer, special, weights, 0);
    }

    private Generator(
            LanguageModel model, Tokenizer tokenizer, SpecialTokens special, WeightFormat weights, int category) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.special = special;
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
        return new Generator(model, tokenizer, special, weights, index + 1);
    }

    /**
     * Encodes a prompt, with the tokens in front of it that the model's texts begin with. An empty one starts from those, from the model's
     * begin-of-text or end-of-text token, or from the tokenizer's first.
     *
     * @throws dev.mojave.base.Failure of kind DATA if the tokenizer has no ids for it
     */
    public Prompt prompt(String text) {
        return Prompt.of(special, tokenizer.encode(text), model.spec().maxPositionEmbeddings());
    }

    /** Writes a continuation of a text; see {@link #generate(Prompt, SamplingSpec, Consumer, StopSignal)}. */
    public GenerateResult generate(String prompt, SamplingSpec spec, Consumer<String> stream, StopSignal signal) {
        return generate(prompt(prompt), spec, stream, signal);
    }

    /** Writes a continuation, handing text to {@code stream} as it comes. */
    public GenerateResult generate(Prompt prompt, SamplingSpec spec, Consumer<String> stream, StopSignal signal) {
        int known = prompt.tokens();
        int[] history = Arrays.copyOf(prompt.ids(), known + spec.maxTokens());
        TokenChooser chooser = new TokenChooser(spec);
        for (int i = 0; i < known; i++) {
            chooser.see(history[i]);
        }
        Writer writer = new Writer(prompt.text(), spec, stream);
        int written = 0;
        long start = System.nanoTime();
        try (KvCache cache = model.newCache(1);
                TokenReader reader = TokenReader.of(model, weights, category)) {
            float[] logits = reader.read(cache, prompt.fitting(cache.capacity()));
            start = System.nanoTime();
            while (true) {
                int id = chooser.choose(withText(logits));
                boolean end = special.ends().contains(id);
                if (end && spec.untilEnd()) {
                    break;
                }
                chooser.see(id);
                history[known + written++] = id;
                writer.add(id, end);
                if (writer.stopped() || written == spec.maxTokens() || signal.requested()) {
                    break;
                }
                logits = next(reader, cache, prompt, history, known + written);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new GenerateResult(
                writer.finish(), written, written == 0 ? 0 : written / seconds, known, prompt.leftOut());
    }

    /** Reads the last token, or, where the context is full, the end of all afresh: as much as leaves half the context free. */
    private static float[] next(TokenReader reader, KvCache cache, Prompt prompt, int[] history, int length) {
        if (cache.length() < cache.capacity()) {
            return reader.next(cache, history[length - 1]);
        }
        cache.clear();
        return reader.read(cache, prompt.latest(history, length, Math.max(1, cache.capacity() / 2)));
    }

    /** Turns tokens into text and hands it on, up to the first stop text. */
    private final class Writer {
        private final StopText stop;
        private final Consumer<String> stream;
        private final StringBuilder text = new StringBuilder();
        private StreamDecoder decoder;

        Writer(int[] before, SamplingSpec spec, Consumer<String> stream) {
            this.stop = new StopText(spec.stop());
            this.stream = stream;
            this.decoder = tokenizer.streamDecoderAfter(before);
        }

        /** Takes a token; behind the end of a document another one begins, in a line of its own and with a text of its own. */
        void add(int id, boolean end) {
            if (end) {
                emit(stop.add(decoder.finish() + "\n"));
                decoder = tokenizer.streamDecoder();
            } else {
                emit(stop.add(decoder.add(id)));
            }
        }

        boolean stopped() {
            return stop.stopped();
        }

        String finish() {
            emit(stop.add(decoder.finish()));
            emit(stop.finish());
            return text.toString();
        }

        private void emit(String piece) {
            text.append(piece);
            stream.accept(piece);
        }
    }

    /** A model may have more embeddings than its tokenizer has tokens, padded for speed: what has no text is never chosen. */
    private float[] withText(float[] logits) {
        int tokens = tokenizer.vocabSize();
        return logits.length <= tokens ? logits : Arrays.copyOf(logits, tokens);
    }
}
