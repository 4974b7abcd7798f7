package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenChooserTest {
    @Test
    void temperatureZeroTakesTheMostLikely() {
        assertThat(new TokenChooser(SamplingSpec.greedy(1)).choose(new float[] {1, 5, 3}))
                .isEqualTo(1);
    }

    /** However small the temperature, only the best token and its ties are drawn. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 1e-37, 1e-38, 1e-45, 1e-300, Double.MIN_VALUE})
    void aTinyTemperatureTakesTheMostLikely(double temperature) {
        float removed = Float.NEGATIVE_INFINITY;
        float[][] best1 = {
            {1, 5, 3}, {-7, -2, -3}, {-1e-3f, 0, removed}, {1e30f, 2e30f, -1e30f}, {-3e38f, 3e38f, removed}
        };
        for (float[] logits : best1) {
            TokenChooser chooser = new TokenChooser(new SamplingSpec(1, temperature, 0, 1, 0, 1, 3, List.of(), true));
            for (int i = 0; i < 20; i++) {
                assertThat(chooser.choose(logits.clone())).isEqualTo(1);
            }
        }
        TokenChooser chooser = new TokenChooser(new SamplingSpec(1, temperature, 2, 0.9, 0.1, 1, 3, List.of(), true));
        Set<Integer> ties = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            ties.add(chooser.choose(new float[] {4, 5, 5, 4.5f}));
        }
        assertThat(ties).isSubsetOf(1, 2);
    }

    @Test
    void theSmallestOfEveryFilterKeepsTheBest() {
        double tiny = Double.MIN_VALUE;
        for (double temperature : new double[] {tiny, 1, 1e300}) {
            float[] logits = {1, 5, 3};
            new TokenChooser(new SamplingSpec(1, temperature, 0, tiny, tiny, 1, 3, List.of(), true)).filter(logits);
            assertThat(logits[temperature == 1e300 ? 2 : 1])
                    .as("%s", temperature)
                    .isNotNaN()
                    .isGreaterThan(-1e30f);
            assertThat(LogitFilters.softmax(logits)).doesNotContain(Float.NaN);
        }
    }

    @Test
    void aModelWithoutFiniteLogitsIsRefused() {
        float[][] broken = {
            {1, Float.NaN, 2}, {1, Float.POSITIVE_INFINITY, 2}, {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY}, {}
        };
        for (float[] logits : broken) {
            for (SamplingSpec spec : List.of(SamplingSpec.greedy(1), SamplingSpec.usual(1, 3))) {
                assertThatThrownBy(() -> new TokenChooser(spec).choose(logits.clone()))
                        .isInstanceOf(Failure.class)
                        .hasMessageStartingWith("the model's largest logit is ")
                        .hasMessageEndingWith(", not a finite number: its weights are damaged or its training diverged;"
                                + " use an earlier checkpoint");
            }
        }
    }

    @Test
    void drawsFollowTheProbabilities() {
        TokenChooser chooser = new TokenChooser(new SamplingSpec(1, 1, 0, 1, 0, 1, 42, List.of(), true));
        int[] count = new int[2];
        for (int i = 0; i < 20_000; i++) {
            count[chooser.choose(new float[] {(float) Math.log(3), 0})]++;
        }
        assertThat(count[0] / 20_000.0).isCloseTo(0.75, within(0.02));
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        assertThat(draws(7)).isEqualTo(draws(7)).isNotEqualTo(draws(8));
    }

    private static List<Integer> draws(long seed) {
        TokenChooser chooser = new TokenChooser(new SamplingSpec(1, 1, 0, 1, 0, 1, seed, List.of(), true));
        return java.util.stream.IntStream.range(0, 50)
                .mapToObj(i -> chooser.choose(new float[] {0, 0, 0, 0}))
                .toList();
    }

    @Test
    void rangesAreCheckedByTheNameOfTheFlag() {
        assertThatThrownBy(() -> new SamplingSpec(1, -1, 0, 1, 0, 1, 0, List.of(), true))
                .hasMessageStartingWith("--temperature (-1.0)");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, -2, 1, 0, 1, 0, List.of(), true))
                .hasMessageStartingWith("--top-k (-2)");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 0, 0, 1, 0, List.of(), true))
                .hasMessageStartingWith("--top-p (0.0)");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 1, 2, 1, 0, List.of(), true))
                .hasMessageStartingWith("--min-p (2.0)");
        assertThatThrownBy(() -> new SamplingSpec(0, 1, 0, 1, 0, 1, 0, List.of(), true))
                .hasMessage("--repetition-penalty (0.0) must be between 1.0E-6 and 1000000.0; 1 is off");
        for (double penalty : new double[] {1e-45, 1e45, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new SamplingSpec(penalty, 1, 0, 1, 0, 1, 0, List.of(), true))
                    .hasMessageStartingWith("--repetition-penalty (" + penalty + ")");
        }
        for (double temperature : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new SamplingSpec(1, temperature, 0, 1, 0, 1, 0, List.of(), true))
                    .hasMessageStartingWith(
                            "--temperature (" + temperature + ") must be a finite number and not negative");
        }
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 1, 0, 0, 0, List.of(), true))
                .hasMessageStartingWith("--max-tokens (0)");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 1, 0, 1, 0, List.of(""), true))
                .hasMessageStartingWith("--stop");
    }
}
