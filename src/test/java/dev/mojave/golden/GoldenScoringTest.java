package dev.mojave.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.eval.SentenceScore;
import dev.mojave.eval.SentenceScorer;
import dev.mojave.interop.WeightNames;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Scores of sentences and words beside those that transformers gives one sentence at a time; see the folder's ORIGIN.md. */
class GoldenScoringTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/scoring");
    // Sums of up to 30 terms near 10.
    private static final double SUM = 1e-4;
    private static final double WORD = 3e-5;

    /** One sentence and what transformers makes of it. */
    record Case(
            String text,
            List<Integer> ids,
            double sum,
            double sumWithoutStart,
            List<String> words,
            List<Double> surprisals) {
        int[] tokens() {
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    @Test
    void sentencesAndWordsHaveTheProbabilitiesThatTransformersGives() {
        Tokenizer tokenizer = Tokenizers.open("test", "gpt2");
        List<Case> cases = Json.read(FOLDER.resolve("sentences.json"), ArrayNode.class)
                .valueStream()
                .map(node -> Json.mapper().convertValue(node, Case.class))
                .toList();
        ModelSpec spec = HfConfig.read(Json.read(FOLDER.resolve("config.json"), ObjectNode.class), "config.json");
        try (LanguageModel model = LanguageModel.build(spec, 0);
                SafetensorsFile weights = SafetensorsFile.open(FOLDER.resolve("weights.safetensors"))) {
            WeightNames.fromStored(spec, StoredTensors.of(weights), model.parameters());
            SentenceScorer scorer = new SentenceScorer(model);
            List<double[]> plain =
                    scorer.logProbabilities(cases.stream().map(Case::tokens).toList(), Progress.SILENT);
            List<SentenceScore> scores =
                    scorer.score(cases.stream().map(Case::text).toList(), tokenizer, Progress.SILENT);
            for (int i = 0; i < cases.size(); i++) {
                check(cases.get(i), scores.get(i), plain.get(i));
            }
        }
    }

    private static void check(Case expected, SentenceScore score, double[] plain) {
        String text = expected.text();
        assertThat(score.tokens()).as(text).isEqualTo(expected.ids().size());
        assertThat(score.logProbability()).as(text).isCloseTo(expected.sum(), within(SUM));
        assertThat(Arrays.stream(plain).sum()).as(text).isCloseTo(expected.sumWithoutStart(), within(SUM));
        assertThat(score.words().stream().map(SentenceScore.Word::text).toList())
                .isEqualTo(expected.words());
        for (int w = 0; w < expected.words().size(); w++) {
            assertThat(score.words().get(w).surprisal())
                    .as("%s of %s", expected.words().get(w), text)
                    .isCloseTo(expected.surprisals().get(w), within(WORD));
        }
    }
}
