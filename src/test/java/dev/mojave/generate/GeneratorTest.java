package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.result.GenerateResult;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final int CONTEXT = 16;
    private static final Tokenizer BYTES = new ByteTokenizer(false);

    private static LanguageModel model(long seed) {
        return LanguageModel.build(
                new ModelSpec(
                        256,
                        16,
                        2,
                        2,
                        1,
                        32,
                        CONTEXT,
                        Norm.Kind.RMS_NORM,
                        1e-5,
                        Positions.ROPE,
                        10_000,
                        FeedForward.Activation.SWIGLU,
                        false,
                        true,
                        0,
                        0.3,
                        null),
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
        int[] ids = BYTES.encode(prompt);
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
        return BYTES.decode(Arrays.copyOfRange(ids, prompt.length(), ids.length));
    }

    @Test
    void generationGoesOnBeyondTheContext() {
        try (LanguageModel model = model(4)) {
            GenerateResult result = new Generator(model, BYTES)
                    .generate("a prompt longer than the context", SamplingSpec.usual(50, 1), t -> {}, StopSignal.NEVER);
            assertThat(result.tokens()).isEqualTo(50);
        }
    }

    @Test
    void aVocabularyThatIsPaddedBeyondTheTokenizersIsNeverWritten() {
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
    void aTaskAwareModelWritesTextOfTheCategoryThatItIsTold() {
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
            assertThatThrownBy(() -> plain.ofCategory("adverb")).hasMessage("the model knows no category 'adverb'");
        }
    }

    @Test
    void anEmptyPromptStartsFromSomewhere() {
        try (LanguageModel model = model(8)) {
            assertThat(new Generator(model, BYTES)
                            .generate("", SamplingSpec.greedy(3), t -> {}, StopSignal.NEVER)
                            .tokens())
                    .isEqualTo(3);
        }
    }
}
