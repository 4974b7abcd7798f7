package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.golden.GoldenFolder;
import dev.mojave.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Compares the logit filters with the LogitsProcessors of the transformers library; ORIGIN.md in the golden folder documents how
 * the expected values were made.
 */
class GoldenFiltersTest {
    private static final Percentage ROUNDING = Percentage.withPercentage(1e-4);
    private static final double PROBABILITY = 1e-6;

    @Test
    void everyFilterKeepsWhatTransformersKeeps() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("filters")) {
            JsonNode cases = golden.config().path("cases");
            assertThat(cases).hasSizeGreaterThan(10);
            for (int i = 0; i < cases.size(); i++) {
                for (int row = 0; row < golden.get("logits").size(0); row++) {
                    check(golden, i, row, cases.get(i));
                }
            }
        }
    }

    private static void check(GoldenFolder golden, int index, int row, JsonNode settings) {
        float[] logits = row(golden, "logits", row);
        float[] expected = row(golden, "filtered." + index, row);
        float[] probabilities = row(golden, "probs." + index, row);
        TokenChooser chooser = new TokenChooser(spec(settings));
        for (long id : golden.get("history").select(0, row).toLongs()) {
            chooser.see((int) id);
        }
        chooser.filter(logits);
        float[] drawn = LogitFilters.softmax(logits);
        boolean lastRow = row == golden.get("logits").size(0) - 1;
        if (lastRow && settings.has("top_p")) {
            // It is undefined which of several tied tokens top-p removes, but not how many.
            for (float[] values : List.of(logits, expected, drawn, probabilities)) {
                Arrays.sort(values);
            }
        }
        for (int id = 0; id < logits.length; id++) {
            String place = "token " + id + " of row " + row + " after " + settings;
            if (Float.isInfinite(expected[id])) {
                assertThat(logits[id]).as(place).isEqualTo(Float.NEGATIVE_INFINITY);
            } else {
                assertThat(logits[id]).as(place).isCloseTo(expected[id], ROUNDING);
            }
            assertThat((double) drawn[id]).as(place).isCloseTo(probabilities[id], within(PROBABILITY));
        }
    }

    private static float[] row(GoldenFolder golden, String name, int row) {
        return golden.get(name).select(0, row).toFloats();
    }

    private static SamplingSpec spec(JsonNode settings) {
        return new SamplingSpec(
                settings.path("repetition_penalty").asDouble(1),
                settings.path("temperature").asDouble(1),
                settings.path("top_k").asInt(0),
                settings.path("top_p").asDouble(1),
                settings.path("min_p").asDouble(0),
                1,
                0,
                List.of(),
                true);
    }
}
