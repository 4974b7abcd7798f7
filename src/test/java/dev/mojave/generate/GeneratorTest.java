package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Context;
import dev.mojave.result.GenerateResult;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GeneratorTest {
    private static final int CONTEXT = 16;
    private static final Tokenizer BYTES = new ByteTokenizer(false);

    private static LanguageModel model(long seed) {
        return LanguageModel.build(
                Tiny.spec(
                        "llama",
                        "{vocab_size: 256, hidden_size: 16, num_attention_heads: 2, num_key_value_heads: 1, intermediate_size: 32}",
                        "{max_position_embeddings: 16, tie_word_embeddings: true, initializer_range: 0.3}"),
                seed);
    }

    @Test
    void theCacheGivesTheTokensOfFullForwardPasses() {
        try (LanguageModel model = model(3)) {
            GenerateResult result = new Generator(model, BYTES)
                    .generate("abc", SamplingSpec.greedy(CONTEXT - 3), t -> {}, StopSignal.NEVER);
            assertThat(result.text()).isEqualTo(greedyWithoutCache(model, "abc", CONTEXT - 3, 0));
            assertThat(result.tokens()).isEqualTo(CONTEXT - 3);
        }
    }

    private static String greedyWithoutCache(LanguageModel model, String prompt, int count, int category) {
        int[] ids = greedyIds(model, BYTES.encode(prompt), count, category);
        return BYTES.decode(Arrays.copyOfRange(ids, prompt.length(), ids.length));
    }

    /** Returns the prompt and its most likely continuation, with a forward pass over the whole sequence for each token. */
    private static int[] greedyIds(LanguageModel model, int[] prompt, int count, int category) {
        int[] ids = prompt;
        for (int i = 0; i < count; i++) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                int[] categories = new int[ids.length];
                Arrays.fill(categories, category);
                Inputs inputs = Inputs.of(Tensors.ofIds(ids, 1, ids.length))
                        .withCategories(Tensors.ofIds(categories, 1, ids.length));
                Tensor logits = model.forward(inputs, Context.EVALUATION).logitsBSV();
                int next =
                        (int) logits.select(1, ids.length - 1).topK(1).indices().item();
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = next;
            }
        }
        return ids;
    }

    private static GenerateResult greedy(LanguageModel model, Tokenizer tokenizer, String prompt, int count) {
        return new Generator(model, tokenizer).generate(prompt, SamplingSpec.greedy(count), t -> {}, StopSignal.NEVER);
    }

    @Test
    void aPromptIsReadWholeOrAsMuchOfItsEndAsFits() {
        String exact = "the sixteen byte";
        String longer = "this is left out: " + exact;
        try (LanguageModel model = Tiny.randomised(Tiny.spec("llama", "vocab_size: 256"), 5)) {
            int[] read = greedyIds(model, BYTES.encode(exact), 1, 0);
            int[] half = greedyIds(model, BYTES.encode(exact.substring(CONTEXT / 2)), 1, 0);
            assertThat(read[CONTEXT])
                    .as("the test does not distinguish the whole prompt from half of it")
                    .isNotEqualTo(half[CONTEXT / 2]);
            String first = BYTES.decode(read[CONTEXT]);
            GenerateResult fits = greedy(model, BYTES, exact, 1);
            assertThat(fits.text()).isEqualTo(first);
            assertThat(fits.promptTokens()).isEqualTo(CONTEXT);
            assertThat(fits.promptTokensLeftOut()).isZero();
            GenerateResult cut = greedy(model, BYTES, longer, 1);
            assertThat(cut.text()).isEqualTo(first);
            assertThat(cut.promptTokens()).isEqualTo(longer.length());
            assertThat(cut.promptTokensLeftOut()).isEqualTo(longer.length() - CONTEXT);
            // The context is full after the prompt, so the next token is predicted from its last half.
            int[] behind = Arrays.copyOfRange(read, CONTEXT + 1 - CONTEXT / 2, CONTEXT + 1);
            int[] next = greedyIds(model, behind, 1, 0);
            for (String prompt : List.of(exact, longer)) {
                assertThat(greedy(model, BYTES, prompt, 2).text())
                        .isEqualTo(BYTES.decode(read[CONTEXT], next[CONTEXT / 2]));
            }
        }
    }

    private static final String DECODERS = """
            {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true}
            {"type": "WordPiece", "prefix": "##", "cleanup": true}
            {"type": "BPEDecoder", "suffix": "</w>"}
            null
            """;

    /** Returns a tokenizer of words whose decoder writes spaces between them; a third of the tokens are special. */
    private static Tokenizer words(String decoder) {
        StringBuilder vocabulary = new StringBuilder();
        StringBuilder special = new StringBuilder();
        for (int id = 0; id < 256; id++) {
            String word = id % 3 == 0 ? "<" + id + ">" : "\u2581w" + id + "</w>";
            vocabulary.append(id == 0 ? "" : ", ").append(String.format(Locale.ROOT, "\"%s\": %d", word, id));
            if (id % 3 == 0) {
                special.append(id == 0 ? "" : ", ").append(String.format(Locale.ROOT, """
                        {"id": %d, "content": "%s", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
                         "normalized": false}""", id, word));
            }
        }
        return Tokenizers.fromJson(String.format(Locale.ROOT, """
                {"version": "1.0", "added_tokens": [%s], "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": %s,
                 "model": {"type": "WordLevel", "unk_token": "<0>", "vocab": {%s}}}""", special, decoder, vocabulary));
    }

    /** Draws the ids that follow a prompt, and recovers them from the text with a tokenizer of one character per id. */
    private static int[] drawn(LanguageModel model, int[] prompt, SamplingSpec spec) {
        StringBuilder characters = new StringBuilder();
        for (int id = 0; id < 256; id++) {
            characters.append((char) (0x100 + id));
        }
        Tokenizer telling = Tokenizers.fromJson(String.format(
                Locale.ROOT,
                "{\"type\": \"char\", \"version\": 1, \"separator\": false, \"characters\": \"%s\"}",
                characters));
        return telling.encode(new Generator(model, telling)
                .generate(telling.decode(prompt), spec, t -> {}, StopSignal.NEVER)
                .text());
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void theTextIsTheWholeTextWithoutThePrompt(String decoder) {
        Tokenizer words = words(decoder);
        String prompt = "\u2581w2</w> \u2581w1</w> <3> \u2581w4</w>";
        int[] ids = words.encode(prompt);
        assertThat(ids).containsExactly(2, 1, 3, 4);
        SamplingSpec spec = SamplingSpec.usual(40, 5);
        try (LanguageModel model = model(9)) {
            int[] drawn = drawn(model, ids, spec);
            assertThat(drawn).hasSize(40);
            assertThat(IntStream.of(drawn).filter(id -> id % 3 == 0).count()).isBetween(3L, 35L);
            int[] all = IntStream.concat(IntStream.of(ids), IntStream.of(drawn)).toArray();
            String text = words.decode(all).substring(words.decode(ids).length());
            StringBuilder streamed = new StringBuilder();
            Generator generator = new Generator(model, words);
            GenerateResult result = generator.generate(prompt, spec, streamed::append, StopSignal.NEVER);
            assertThat(result.text()).isEqualTo(text);
            assertThat(streamed.toString()).isEqualTo(text);
            assertThat(text).startsWith(" ");
            // A stop text that begins with the space before the first word.
            SamplingSpec stopping = new SamplingSpec(1, 0.8, 200, 1, 0, 40, 5, List.of(text.substring(0, 3)), true);
            assertThat(generator
                            .generate(prompt, stopping, t -> {}, StopSignal.NEVER)
                            .text())
                    .isEmpty();
        }
    }

    static Stream<String> decoders() {
        return DECODERS.lines();
    }

    /** Samples during training continue past the ends of documents; each document starts on a new line. */
    @Test
    void theNextDocumentBeginsAfterTheEndOfOne() {
        Tokenizer plain = words(DECODERS.lines().findFirst().orElseThrow());
        int[] prompt = {2, 1, 3, 4};
        SamplingSpec through = SamplingSpec.sample(30, 5);
        try (LanguageModel model = model(9)) {
            int[] drawn = drawn(model, prompt, through);
            int at = IntStream.range(5, 30)
                    .filter(i -> drawn[i] % 3 == 0)
                    .findFirst()
                    .orElseThrow();
            int end = drawn[at];
            Tokenizer words = Tokenizers.fromJson(plain.toJson().replace("<" + end + ">", "</s>"));
            assertThat(words.endOfText()).hasValue(end);
            String text = new Generator(model, words)
                    .generate("\u2581w2</w> \u2581w1</w> <3> \u2581w4</w>", through, t -> {}, StopSignal.NEVER)
                    .text();
            StringBuilder expected = new StringBuilder();
            int[] document = prompt;
            for (int id : drawn) {
                if (id == end) {
                    expected.append(words.decode(document)).append('\n');
                    document = new int[0];
                } else {
                    document = IntStream.concat(IntStream.of(document), IntStream.of(id))
                            .toArray();
                }
            }
            expected.append(words.decode(document));
            assertThat(text).isEqualTo(expected.substring(words.decode(prompt).length()));
            assertThat(text).contains("\nw").doesNotContain("\n ");
        }
    }

    @Test
    void generationContinuesBeyondTheContext() {
        try (LanguageModel model = model(4)) {
            GenerateResult result = new Generator(model, BYTES)
                    .generate("a prompt longer than the context", SamplingSpec.usual(50, 1), t -> {}, StopSignal.NEVER);
            assertThat(result.tokens()).isEqualTo(50);
        }
    }

    @Test
    void idsThatPadTheVocabularyAreNeverWritten() {
        Tokenizer five = Tokenizers.fromJson(
                "{\"type\": \"char\", \"version\": 1, \"separator\": true, \"characters\": \" abc\"}");
        try (LanguageModel model = model(8)) {
            for (SamplingSpec spec : List.of(SamplingSpec.usual(40, 3), SamplingSpec.greedy(10))) {
                assertThat(new Generator(model, five)
                                .generate("abc", spec, t -> {}, StopSignal.NEVER)
                                .text())
                        .matches("[ abc]*");
            }
        }
    }

    @Test
    void whatIsStreamedIsTheResult() {
        try (LanguageModel model = model(5)) {
            StringBuilder streamed = new StringBuilder();
            GenerateResult result = new Generator(model, BYTES)
                    .generate("x", SamplingSpec.usual(40, 2), streamed::append, StopSignal.NEVER);
            assertThat(streamed.toString()).isEqualTo(result.text());
        }
    }

    @Test
    void theSeedDecides() {
        try (LanguageModel model = model(6)) {
            Generator generator = new Generator(model, BYTES);
            String first = generator
                    .generate("x", SamplingSpec.usual(30, 9), t -> {}, StopSignal.NEVER)
                    .text();
            assertThat(generator
                            .generate("x", SamplingSpec.usual(30, 9), t -> {}, StopSignal.NEVER)
                            .text())
                    .isEqualTo(first);
            assertThat(generator
                            .generate("x", SamplingSpec.usual(30, 10), t -> {}, StopSignal.NEVER)
                            .text())
                    .isNotEqualTo(first);
        }
    }

    @Test
    void aStopTextEndsTheText() {
        try (LanguageModel model = model(7)) {
            Generator generator = new Generator(model, BYTES);
            SamplingSpec greedy = SamplingSpec.greedy(12);
            String text =
                    generator.generate("x", greedy, t -> {}, StopSignal.NEVER).text();
            String stop = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).substring(2, 4);
            SamplingSpec stopping = new SamplingSpec(1, 0, 0, 1, 0, 12, 0, List.of(stop), true);
            assertThat(generator
                            .generate("x", stopping, t -> {}, StopSignal.NEVER)
                            .text())
                    .isEqualTo(text.substring(0, text.indexOf(stop)));
        }
    }

    @Test
    void aTaskAwareModelWritesTextOfTheGivenCategory() {
        ModelSpec spec = Tiny.spec(
                "llama",
                "vocab_size: 256",
                "moe: {num_experts: 4, num_experts_per_tok: 2, router: {kind: task_aware, categories: [noun, verb]}}");
        try (LanguageModel model = Tiny.randomised(spec, 3)) {
            Generator plain = new Generator(model, BYTES);
            Generator verbs = plain.ofCategory("verb");
            SamplingSpec greedy = SamplingSpec.greedy(CONTEXT - 3);
            String none =
                    plain.generate("abc", greedy, t -> {}, StopSignal.NEVER).text();
            String text =
                    verbs.generate("abc", greedy, t -> {}, StopSignal.NEVER).text();
            assertThat(none).isEqualTo(greedyWithoutCache(model, "abc", CONTEXT - 3, 0));
            assertThat(text)
                    .isEqualTo(greedyWithoutCache(model, "abc", CONTEXT - 3, 2))
                    .isNotEqualTo(none);
            assertThatThrownBy(() -> plain.ofCategory("adverb"))
                    .hasMessage("the model has no category 'adverb'; its categories are [noun, verb]");
        }
    }

    @Test
    void anEmptyPromptStartsFromAToken() {
        try (LanguageModel model = model(8)) {
            assertThat(new Generator(model, BYTES)
                            .generate("", SamplingSpec.greedy(3), t -> {}, StopSignal.NEVER)
                            .tokens())
                    .isEqualTo(3);
        }
    }

    @Test
    void aTextUsesTheModelsBeginAndEndTokens() {
        SpecialTokens special = new SpecialTokens(List.of(), List.of(7, 9), 5, SpecialTokens.Published.none());
        try (LanguageModel model = Tiny.randomised(Tiny.spec("llama", "vocab_size: 256"), 5)) {
            Generator generator = new Generator(model, BYTES, special, WeightFormat.FP32);
            int[] read = greedyIds(model, new int[] {7, 9, 'a', 'b'}, 6, 0);
            String text = BYTES.decode(Arrays.copyOfRange(read, 4, 10));
            GenerateResult result = generator.generate("ab", SamplingSpec.greedy(6), t -> {}, StopSignal.NEVER);
            assertThat(result.text()).isEqualTo(text);
            assertThat(result.promptTokens()).isEqualTo(4);
            // Any of several end tokens ends the text.
            SpecialTokens ending =
                    new SpecialTokens(List.of(256, read[6]), List.of(7, 9), 5, SpecialTokens.Published.none());
            assertThat(read[6]).isNotIn(read[4], read[5]);
            assertThat(new Generator(model, BYTES, ending, WeightFormat.FP32)
                            .generate("ab", SamplingSpec.greedy(6), t -> {}, StopSignal.NEVER)
                            .tokens())
                    .isEqualTo(2);
            // Of a long prompt the model reads the begin tokens and the end, even after the context has filled up.
            String prompt = "a prompt that is much longer";
            int[] first = greedyIds(model, behind(prompt, CONTEXT - 2), 1, 0);
            String written = prompt + (char) first[CONTEXT];
            int[] second = greedyIds(model, behind(written, CONTEXT / 2 - 2), 1, 0);
            assertThat(first[CONTEXT]).isLessThan(0x80);
            GenerateResult cut = generator.generate(prompt, SamplingSpec.greedy(2), t -> {}, StopSignal.NEVER);
            assertThat(cut.text()).isEqualTo(BYTES.decode(first[CONTEXT], second[CONTEXT / 2]));
            assertThat(cut.promptTokensLeftOut()).isEqualTo(prompt.length() + 2 - CONTEXT);
            // An empty prompt consists of the begin tokens or, without any, the token that texts start from.
            assertThat(generator.prompt("").ids()).containsExactly(7, 9);
            assertThat(new Generator(
                                    model,
                                    BYTES,
                                    new SpecialTokens(List.of(), List.of(), 5, SpecialTokens.Published.none()),
                                    WeightFormat.FP32)
                            .prompt("")
                            .ids())
                    .containsExactly(5);
        }
    }

    private static int[] behind(String text, int kept) {
        int[] ids = BYTES.encode(text);
        return IntStream.concat(
                        IntStream.of(7, 9), Arrays.stream(Arrays.copyOfRange(ids, ids.length - kept, ids.length)))
                .toArray();
    }
}
