package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class BudgetMatchTest {
    private static final BudgetMatch.Wanted WANTED = new BudgetMatch.Wanted(
            "arms.dense.match", "moe", "active parameters without embeddings and head", "intermediate_size");

    /** Random LLaMA- and GPT-like counts with a random mixture as the target: always matched, and no neighbour is better. */
    @Test
    void everyRealisticBudgetIsMatchedByTheBestInteger() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            int layers = random.nextInt(1, 13);
            long hidden = 16L * random.nextInt(2, 49);
            long matrices = random.nextBoolean() ? 3 : 2;
            long attention = layers * (4 * hidden * hidden + 2 * hidden);
            IntToLongFunction count = size -> attention + layers * matrices * hidden * size;
            int experts = random.nextInt(1, 17);
            long expert = random.nextLong(hidden, 5 * hidden);
            long target = attention + layers * (hidden * experts + matrices * hidden * expert * experts);

            BudgetMatch.Found found = BudgetMatch.nearest(WANTED, target, count);

            assertThat(found.achieved()).isEqualTo(count.applyAsLong(found.size()));
            assertThat(found.error()).isLessThanOrEqualTo(BudgetMatch.TOLERANCE);
            for (int neighbour : new int[] {found.size() - 1, found.size() + 1}) {
                assertThat(Math.abs(count.applyAsLong(neighbour) - target))
                        .as("layers %d hidden %d experts %d of %d", layers, hidden, experts, expert)
                        .isGreaterThanOrEqualTo(Math.abs(found.achieved() - target));
            }
        }
    }

    @Test
    void agreesWithTryingEverySize() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 200; i++) {
            long base = random.nextLong(0, 10_000);
            long slope = random.nextLong(1, 20);
            long target = base + random.nextLong(2_000, 5_000);
            IntToLongFunction count = size -> base + slope * size;
            int best = IntStream.rangeClosed(1, 6_000)
                    .boxed()
                    .min((a, b) -> Long.compare(
                            Math.abs(count.applyAsLong(a) - target), Math.abs(count.applyAsLong(b) - target)))
                    .orElseThrow();
            assertThat(BudgetMatch.nearest(WANTED, target, count).size()).isEqualTo(best);
        }
    }

    @Test
    void anExactMatchHasNoError() {
        assertThat(BudgetMatch.nearest(WANTED, 4_200, size -> 100L + 10L * size))
                .isEqualTo(new BudgetMatch.Found(410, 4_200, 4_200));
    }

    @Test
    void aBudgetBelowTheSmallestModelIsRefusedWithTargetNearestAndRemedy() {
        assertThatThrownBy(() -> BudgetMatch.nearest(WANTED, 9_000, size -> 10_000L + 500L * size))
                .asInstanceOf(InstanceOfAssertFactories.type(Failure.class))
                .returns(Failure.Kind.USAGE, Failure::kind)
                .extracting(Failure::getMessage)
                .isEqualTo(
                        "arms.dense.match: no intermediate_size brings the active parameters without embeddings and head "
                                + "within 1% of arm 'moe': the target is 9,000, and the closest is 10,500 at intermediate_size 1 (+16.7%); "
                                + "the model without its feed-forward layers is already larger; give arm 'moe' a larger intermediate_size "
                                + "or more experts, or match another budget");
    }

    @Test
    void stepsThatAreTooCoarseAreRefused() {
        assertThatThrownBy(() -> BudgetMatch.nearest(WANTED, 15_000, size -> 10_000L * size))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the target is 15,000, and the closest is 10,000 at intermediate_size 1 (-33.3%)")
                .hasMessageContaining(
                        "one step of the size changes the count by more than that; make arm 'moe' larger");
    }

    @Test
    void aBudgetThatNoSizeReachesIsRefused() {
        assertThatThrownBy(() -> BudgetMatch.nearest(WANTED, Long.MAX_VALUE / 2, size -> 3L * size))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the closest is 12,582,912 at intermediate_size 4194304 (-100.0%)")
                .hasMessageContaining("arm 'moe' is too large to match; give it fewer or smaller experts");
    }
}
