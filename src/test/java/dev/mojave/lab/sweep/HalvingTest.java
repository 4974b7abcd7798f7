package dev.mojave.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HalvingTest {
    private static final Halving THIRD = new Halving(List.of(100L, 200L), 0.33);

    /** Marks a trial that has not ended. */
    private static final double RUNS = Double.NaN;

    private static Function<Integer, OptionalDouble> losses(double... byPlace) {
        return place -> Double.isNaN(byPlace[place]) ? OptionalDouble.empty() : OptionalDouble.of(byPlace[place]);
    }

    private static List<Integer> places(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void theBestThirdOfThoseThatHaveEndedIsPromoted() {
        assertThat(THIRD.promoted(places(2), losses(2.0, 1.0))).isEmpty();
        assertThat(THIRD.promoted(places(3), losses(2.0, 1.0, 3.0))).containsExactly(1);
        // A later, better one is not promoted before there are six.
        assertThat(THIRD.promoted(places(5), losses(2.0, 1.0, 3.0, 0.5, 4.0))).containsExactly(1, 3);
        assertThat(THIRD.promoted(places(6), losses(2.0, 1.0, 3.0, 4.0, 5.0, 6.0)))
                .containsExactly(1, 0);
    }

    @Test
    void nothingIsDecidedBeyondWhatHasNotEnded() {
        assertThat(THIRD.promoted(places(4), losses(2.0, RUNS, 1.0, 0.5))).isEmpty();
        assertThat(THIRD.promoted(places(4), losses(2.0, 3.0, 1.0, RUNS))).containsExactly(2);
    }

    @Test
    void whatFailedIsCountedAndNeverPromoted() {
        double failed = Double.POSITIVE_INFINITY;
        assertThat(THIRD.promoted(places(3), losses(failed, failed, failed))).isEmpty();
        assertThat(THIRD.promoted(places(3), losses(failed, 2.0, failed))).containsExactly(1);
    }

    /** The promotions are the same in whatever order trials end, and no promotion is revoked. */
    @Test
    void promotionsDoNotDependOnTheOrderOfEnding() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            int count = 3 + random.nextInt(20);
            double[] all = random.doubles(count).toArray();
            List<Integer> whole = THIRD.promoted(places(count), losses(all));
            List<Integer> order = new ArrayList<>(places(count));
            java.util.Collections.shuffle(order, random);
            Map<Integer, Double> known = new HashMap<>();
            List<Integer> before = List.of();
            for (int ended : order) {
                known.put(ended, all[ended]);
                List<Integer> now = THIRD.promoted(
                        places(count),
                        place -> known.containsKey(place)
                                ? OptionalDouble.of(known.get(place))
                                : OptionalDouble.empty());
                assertThat(now.subList(0, before.size())).isEqualTo(before);
                before = now;
            }
            assertThat(before).isEqualTo(whole);
            // Direct computation: the union, over every k, of the best third of the first k.
            TreeSet<Integer> union = new TreeSet<>();
            for (int k = 1; k <= count; k++) {
                places(k).stream()
                        .sorted((a, b) -> Double.compare(all[a], all[b]))
                        .limit(k / 3)
                        .forEach(union::add);
            }
            assertThat(new TreeSet<>(whole)).isEqualTo(union);
        }
    }

    @Test
    void aThirdIsAThirdHoweverItIsTyped() {
        for (double keep : new double[] {0.33, 0.333, 1.0 / 3, 0.34}) {
            Halving halving = new Halving(List.of(1L, 2L), keep);
            assertThat(halving.kept(3)).as("%s", keep).isEqualTo(1);
            assertThat(halving.kept(2)).isZero();
            assertThat(halving.kept(9)).isEqualTo(3);
            assertThat(halving.kept(300)).isEqualTo(keep == 0.34 ? 102 : 100);
        }
        assertThat(new Halving(List.of(1L, 2L), 0.5).kept(1)).isZero();
        assertThat(new Halving(List.of(1L, 2L), 0.4).kept(5)).isEqualTo(2);
        assertThat(new Halving(List.of(1L, 2L), 0.29).kept(100)).isEqualTo(29);
    }

    @Test
    void rungsAndSharesAreChecked() {
        assertThatThrownBy(() -> new Halving(List.of(100L), 0.5))
                .hasMessageContaining("rungs ([100]) must list at least two budgets")
                .hasMessageContaining("a single rung has no next rung to promote to");
        assertThatThrownBy(() -> new Halving(List.of(200L, 200L), 0.5))
                .hasMessageContaining("must be positive, increasing numbers");
        assertThatThrownBy(() -> new Halving(List.of(0L, 200L), 0.5)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new Halving(List.of(1L, 2L), 1))
                .hasMessageContaining("keep (1.0) must lie between 0 and 1");
        assertThat(new Halving(List.of(1L, 2L, 3L), 0.5).atLeast(8)).containsExactly(8, 4, 2);
        assertThatThrownBy(() -> THIRD.atLeast(2))
                .hasMessage(
                        "halving.keep (0.33) of 2 points leaves no point for rung 2 of 2; use fewer rungs, a larger keep or"
                                + " more points");
    }
}
