package dev.mojave.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Progress;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Context;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SentenceScorerTest {
    static List<ModelSpec> models() {
        return List.of(
                Tiny.spec("gpt2"),
                Tiny.spec("llama", "num_key_value_heads: 2"),
                Tiny.spec("llama", "moe: {num_experts: 4, num_experts_per_tok: 2}"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aBatchGivesTheScoresOfItsSequencesAlone(ModelSpec spec) {
        SplittableRandom random = new SplittableRandom(1);
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sequences.add(
                    random.ints(1 + random.nextInt(17), 0, Tiny.VOCABULARY).toArray());
        }
        try (LanguageModel model = Tiny.randomised(spec, 4)) {
            List<double[]> scores = new SentenceScorer(model).logProbabilities(sequences, Progress.SILENT);
            assertThat(scores).hasSameSizeAs(sequences);
            for (int i = 0; i < sequences.size(); i++) {
                assertThat(scores.get(i)).containsExactly(alone(model, sequences.get(i)), within(1e-5));
            }
        }
    }

    /** Computes the scores with a whole forward pass and libtorch's log-softmax. */
    private static double[] alone(LanguageModel model, int[] ids) {
        double[] values = new double[ids.length - 1];
        if (values.length == 0) {
            return values;
        }
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            int[] read = Arrays.copyOf(ids, values.length);
            Tensor logits = model.forward(Inputs.of(Tensors.ofIds(read, 1, read.length)), Context.EVALUATION)
                    .logitsBSV();
            float[] all = Functions.logSoftmax(logits, 2).toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] = all[i * Tiny.VOCABULARY + ids[i + 1]];
            }
        }
        return values;
    }

    /** A tokenizer that drops spaces, changes letters or lacks a word still attributes its tokens to the right words. */
    @Test
    void aWordHasItsTokensHoweverTheyAreSpelled() throws Exception {
        Tokenizer wordPiece = Tokenizers.read(Path.of("src/test/resources/golden/tokenizers/word_piece.json"));
        String text = "The  carr\u00e9 \u0416\u0416 river.";
        double[] scores = {-1, -2, -4, -8, -16, -32};
        assertThat(SentenceScore.of(text, wordPiece.encodeText(text), scores).words())
                .containsExactly(
                        new SentenceScore.Word("The", 1),
                        new SentenceScore.Word("carr\u00e9", 6),
                        new SentenceScore.Word("\u0416\u0416", 8),
                        new SentenceScore.Word("river.", 48));
    }

    @Test
    void wordsShareTheScoreOfTheText() {
        ModelSpec spec = Tiny.spec("gpt2", "vocab_size: 257", "max_position_embeddings: 64");
        try (LanguageModel model = Tiny.randomised(spec, 5)) {
            List<SentenceScore> scores = new SentenceScorer(model)
                    .score(
                            List.of("Ein Wörtchen, dann  Schluß. ", "", " \t"),
                            new ByteTokenizer(true),
                            Progress.SILENT);
            SentenceScore text = scores.getFirst();
            assertThat(text.words().stream().map(SentenceScore.Word::text))
                    .containsExactly("Ein", "Wörtchen,", "dann", "Schluß.");
            assertThat(text.tokens()).isEqualTo(30);
            double sum = text.words().stream()
                    .mapToDouble(SentenceScore.Word::surprisal)
                    .sum();
            assertThat(sum).isCloseTo(-text.logProbability(), within(1e-9));
            assertThat(scores.get(1)).isEqualTo(new SentenceScore(0, 0, List.of()));
            assertThat(scores.get(2).words()).isEmpty();
            assertThat(scores.get(2).logProbability()).isNegative();
        }
    }

    /** The begin tokens (one, several or none) are read but not scored; the scores of the text are those of the whole sequence. */
    @Test
    void beginTokensAreReadButNotScored() {
        ModelSpec spec = Tiny.spec("gpt2", "vocab_size: 257", "max_position_embeddings: 64");
        try (LanguageModel model = Tiny.randomised(spec, 5)) {
            SentenceScorer scorer = new SentenceScorer(model);
            for (List<Integer> begin : List.of(List.<Integer>of(), List.of(7), List.of(7, 200))) {
                int[] ids = IntStream.concat(begin.stream().mapToInt(i -> i), IntStream.of('a', 'b', 'c'))
                        .toArray();
                double[] all =
                        scorer.logProbabilities(List.of(ids), Progress.SILENT).getFirst();
                double expected = Arrays.stream(all, Math.max(0, begin.size() - 1), all.length)
                        .sum();
                SentenceScore score = scorer.score(List.of("abc"), new ByteTokenizer(false), begin, Progress.SILENT)
                        .getFirst();
                assertThat(score.logProbability()).isCloseTo(expected, within(1e-9));
                assertThat(score.tokens()).isEqualTo(3);
            }
        }
    }

    @Test
    void sequencesThatDoNotFitAreNamed() {
        try (LanguageModel model = Tiny.randomised(Tiny.spec("gpt2"), 5)) {
            SentenceScorer scorer = new SentenceScorer(model);
            assertThatThrownBy(() -> scorer.logProbabilities(List.of(new int[] {1}, new int[18]), Progress.SILENT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("sequence 1 has 18 tokens; with max_position_embeddings 16 at most 17 can be scored");
            assertThatThrownBy(() -> scorer.logProbabilities(List.of(new int[0]), Progress.SILENT))
                    .hasMessage("sequence 0 is empty; it needs at least one token");
        }
    }
}
