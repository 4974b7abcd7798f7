package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenChooserTest {
    @Test
    void temperatureZeroTakesTheMostLikely() {
        assertThat(new TokenChooser(SamplingSpec.greedy(1)).choose(new float[] {1, 5, 3}))
                .isEqualTo(1);
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
                .hasMessageStartingWith("--repetition-penalty");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 1, 0, 0, 0, List.of(), true))
                .hasMessageStartingWith("--max-tokens (0)");
        assertThatThrownBy(() -> new SamplingSpec(1, 1, 0, 1, 0, 1, 0, List.of(""), true))
                .hasMessageStartingWith("--stop");
    }
}
