package dev.mojave.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.lab.statistics.GroupSequential.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupSequentialTest {
    private static final List<Integer> LOOKS = List.of(3, 5, 7, 9);

    @Test
    void studiesWithoutADifferenceFindOneAsOftenAsStatedAtMost() {
        GroupSequential design = new GroupSequential(LOOKS, 0.95);
        // Other random numbers than the design's own; the standard error of 20,000 studies is 0.0015.
        assertThat(shareOf(Decision.DIFFERENT, design, 0, 20_000)).isCloseTo(0.05, within(0.006));
    }

    @Test
    void lookingRepeatedlyAtTheUnadjustedLevelWouldFindFarMore() {
        GroupSequential single = new GroupSequential(List.of(9), 0.95);
        assertThat(single.nominalLevel()).isEqualTo(0.95);
        assertThat(shareOf(Decision.DIFFERENT, single, 0, 20_000)).isGreaterThan(0.10);
    }

    @Test
    void aDifferenceOfTheSizeThatMattersIsRarelyCalledEquivalent() {
        GroupSequential design = new GroupSequential(LOOKS, 0.95);
        // The interval misses the true difference, here the very size, with at most 0.05.
        assertThat(shareOf(Decision.EQUIVALENT, design, 1, 20_000)).isLessThan(0.05 + 0.006);
    }

    @Test
    void manySeedsApproachPococksTable() {
        // Pocock 1977, table 1: nominal level 0.0221 for three equally spaced looks at known variance.
        GroupSequential design = new GroupSequential(List.of(400, 800, 1200), 0.95);
        assertThat(1 - design.nominalLevel()).isCloseTo(0.0221, within(0.002));
    }

    @Test
    void decidesByTheInterval() {
        GroupSequential design = new GroupSequential(LOOKS, 0.95);
        List<Double> zero = List.of(0.0, 0.0, 0.0);
        assertThat(design.decide(List.of(1.0, 1.01, 0.99), zero, 0.5)).isEqualTo(Decision.DIFFERENT);
        assertThat(design.decide(List.of(0.01, -0.01, 0.0), zero, 0.5)).isEqualTo(Decision.EQUIVALENT);
        assertThat(design.decide(List.of(1.0, -1.0, 0.5), zero, 0.5)).isEqualTo(Decision.OPEN);
    }

    @Test
    void aDesignNeedsIncreasingLooksAtPairs() {
        assertThatThrownBy(() -> new GroupSequential(List.of(1, 3), 0.95))
                .hasMessage("looks ([1, 3]) start at two pairs or more");
        assertThatThrownBy(() -> new GroupSequential(List.of(3, 3), 0.95)).hasMessage("looks ([3, 3]) must increase");
        assertThatThrownBy(() -> new GroupSequential(List.of(), 0.95)).hasMessageContaining("start at two pairs");
    }

    /** Returns the share of studies, with differences of this mean and deviation 1, that end with a decision. */
    private static double shareOf(Decision asked, GroupSequential design, double mean, int studies) {
        SplittableRandom random = new SplittableRandom(12);
        int found = 0;
        for (int study = 0; study < studies; study++) {
            found += end(design, mean, random) == asked ? 1 : 0;
        }
        return (double) found / studies;
    }

    private static Decision end(GroupSequential design, double mean, SplittableRandom random) {
        List<Double> differences = new ArrayList<>();
        List<Double> zeros = new ArrayList<>();
        for (int pairs : LOOKS) {
            while (differences.size() < pairs) {
                differences.add(mean + random.nextGaussian());
                zeros.add(0.0);
            }
            Decision decision = design.decide(differences, zeros, 1);
            if (decision != Decision.OPEN) {
                return decision;
            }
        }
        return Decision.OPEN;
    }
}
