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
 * Continues a text, one token at a time, with a key-value cache. When the context is full, the model reads its last half again
 * and continues from there. Prompts are read by the model's forward pass; each further token by {@link TokenDecoder} if it
 * supports the model.
 *
 * <p>The resulting text is the decoded text of prompt and continuation together, without the prompt's own text: if the tokenizer
 * writes a space between the two, the result begins with that space.
 */
public final class Generator {
    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final SpecialTokens special;
    private final WeightFormat weights;
    private final int category;

    /** Creates a generator for a model that Mojave trained, and the tokenizer it was trained with. */
    public Generator(LanguageModel model, Tokenizer tokenizer) {
        this(model, tokenizer, SpecialTokens.of(tokenizer), WeightFormat.FP32);
    }

    /** Creates such a generator with narrower weights for all tokens but the prompt. */
    Generator(LanguageModel model, Tokenizer tokenizer, WeightFormat weights) {
        this(model, tokenizer, SpecialTokens.of(tokenizer), weights);
    }

    /**
     * Creates a generator for any model.
     *
     * @param special tokens that begin and end the model's texts
     * @param weights format of the weights for all tokens but the prompt; to read the prompt with the same weights, pass a model
     *     after {@link LanguageModel#roundWeights}
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
     * Returns this generator for text of a category, which task-aware routers read.
     *
     * @param name one of the model's {@link ModelSpec#categories}
     * @throws IllegalArgumentException if the model has no such category
     */
    public Generator ofCategory(String name) {
        int index = model.spec().categories().indexOf(name);
        Check.that(
                index >= 0,
                "the model has no category '%s'; its categories are %s",
                name,
                model.spec().categories());
        return new Generator(model, tokenizer, special, weights, index + 1);
    }

    /**
     * Encodes a prompt, preceded by the model's begin tokens. If both are empty, the prompt is the model's begin-of-text or
     * end-of-text token or, without either, the tokenizer's first token.
     *
     * @throws dev.mojave.base.Failure of kind DATA if the tokenizer has no ids for it
     */
    public Prompt prompt(String text) {
        return Prompt.of(special, tokenizer.encode(text), model.spec().maxPositionEmbeddings());
    }

    /** Generates a continuation of a text; see {@link #generate(Prompt, SamplingSpec, Consumer, StopSignal)}. */
    public GenerateResult generate(String prompt, SamplingSpec spec, Consumer<String> stream, StopSignal signal) {
        return generate(prompt(prompt), spec, stream, signal);
    }

    /**
     * Generates a continuation and passes its text to {@code stream} as it is generated.
     *
     * @param stream receives pieces of the text
     * @param signal stops the generation after the current token when requested
     * @throws dev.mojave.base.Failure of kind DATA if the model's largest logit is not a finite number
     */
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

    /** Reads the last token or, if the context is full, restarts with the most recent tokens, which fill half the context. */
    private static float[] next(TokenReader reader, KvCache cache, Prompt prompt, int[] history, int length) {
        if (cache.length() < cache.capacity()) {
            return reader.next(cache, history[length - 1]);
        }
        cache.clear();
        return reader.read(cache, prompt.latest(history, length, Math.max(1, cache.capacity() / 2)));
    }

    /** Decodes tokens and passes their text on, up to the first stop text. */
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

        /** Adds a token; after the end of a document, the next document starts on a new line with a new decoder. */
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

    /** Removes the logits of embeddings that pad the vocabulary for speed, so that an id without a token is never chosen. */
    private float[] withText(float[] logits) {
        int tokens = tokenizer.vocabSize();
        return logits.length <= tokens ? logits : Arrays.copyOf(logits, tokens);
    }
}
