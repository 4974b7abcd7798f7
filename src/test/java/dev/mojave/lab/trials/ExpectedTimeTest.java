package dev.mojave.lab.trials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.tree.Yaml;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedTimeTest {
    /** Steps of 1,000 tokens, with an evaluation of 3,000 tokens every 100 steps. */
    private static List<Trial> trials(int count, long tokens) {
        return Collections.nCopies(count, new Trial("t", Path.of("t"), sample(), tokens));
    }

    private static Recipe sample() {
        return recipe("");
    }

    private static Recipe recipe(String model) {
        return RecipeDraft.of(
                        Yaml.parse(
                                "{name: t, data: {source: embedded, tokenizer: byte}, model: {preset: llama, max_position_embeddings: 50"
                                        + model
                                        + "}, train: {steps: 1, batch_size: 20, learning_rate: 1e-3, eval_every: 100, eval_tokens: 3000}}",
                                "test"),
                        "test")
                .resolve(256);
    }

    @Test
    void stepsEvaluationsAndWhatEachTrialCostsBeside() {
        // 1,000 steps, 10 evaluations of 3,000 tokens and one of 60,000 at a third of a step's 1,000 each.
        double steps = 1000 + (10 * 3000 + 60_000) / 3.0 / 1000;
        ExpectedTime expected = ExpectedTime.of(trials(12, 1_000_000), 2, 50, sample(), 60_000);
        assertThat(expected.low()).isCloseTo(12 * steps / 50 + 6 * 6, within(1e-9));
        assertThat(expected.high()).isGreaterThan(expected.low());
    }

    @Test
    void anEvaluationReadsNoMoreThanThereIs() {
        assertThat(ExpectedTime.of(trials(1, 1_000_000), 1, 50, sample(), 600).low())
                .isCloseTo((1000 + (10 * 600 + 600) / 3.0 / 1000) / 50 + 6, within(1e-9));
    }

    @Test
    void twiceAsManySideBySideTakeHalfAsLongAtTwiceTheSpeed() {
        double alone =
                ExpectedTime.of(trials(4, 1_000_000), 1, 50, sample(), 60_000).low();
        assertThat(ExpectedTime.of(trials(4, 1_000_000), 2, 100, sample(), 60_000)
                        .low())
                .isCloseTo(alone / 2, within(1e-9));
    }

    @Test
    void aStepOfALargerModelTakesLongerInProportionToItsFlops() {
        Recipe large = recipe(", num_hidden_layers: 24");
        double ratio = (double) large.model().counts().flopsPerToken()
                / sample().model().counts().flopsPerToken();
        assertThat(ratio).isGreaterThan(1.5);
        List<Trial> trials = List.of(new Trial("t", Path.of("t"), large, 1_000_000));
        double same = ExpectedTime.of(trials, 1, 50, large, 600).low() - 6;
        assertThat(ExpectedTime.of(trials, 1, 50, sample(), 600).low()).isCloseTo(6 + ratio * same, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "245, 343, about 4 to 6 minutes",
        "240, 300, about 4 to 5 minutes",
        "240, 240, about 4 to 5 minutes",
        "44, 62, about 40 to 70 seconds",
        "3, 4, about 10 to 20 seconds",
        "90, 126, about 1 to 3 minutes",
        "6000, 8400, about 1 to 3 hours"
    })
    void rangesAreRoundedOutwards(double low, double high, String words) {
        assertThat(new ExpectedTime(low, high).words()).isEqualTo(words);
    }
}
