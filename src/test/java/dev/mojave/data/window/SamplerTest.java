package dev.mojave.data.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.store.MemorySplit;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.eval.Perplexity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final int SHARD = 97;

    private static int[] random(int tokens) {
        return new Random(tokens).ints(tokens, 0, 250).toArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 1000, 4096, 4097})
    void aPermutationHasEveryElementOnce(long size) {
        for (long seed : new long[] {0, 1, -7}) {
            Permutation permutation = new Permutation(size, seed);
            assertThat(LongStream.range(0, size).map(permutation::at).sorted())
                    .containsExactly(LongStream.range(0, size).boxed().toArray(Long[]::new));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new Permutation(size, 0).at(size));
    }

    @Test
    void aPermutationSpreadsAndDependsOnItsSeed() {
        int size = 10_000;
        Permutation first = new Permutation(size, 1);
        Permutation second = new Permutation(size, 2);
        int same = 0;
        double early = 0;
        for (int i = 0; i < size; i++) {
            same += first.at(i) == second.at(i) ? 1 : 0;
            early += i < 100 ? first.at(i) / 100.0 : 0;
        }
        assertThat(same).isLessThan(20);
        // The mean of 100 of 0..9999 has a standard deviation of 289.
        assertThat(early).isBetween(5000.0 - 1200, 5000.0 + 1200);
    }

    @Test
    void aPermutationCopesWithSizesBeyondAnInt() {
        Permutation permutation = new Permutation(1L << 40, 3);
        Set<Long> seen = new HashSet<>();
        for (long i = 0; i < 10_000; i++) {
            long value = permutation.at((1L << 40) - 1 - i);
            assertThat(value).isBetween(0L, (1L << 40) - 1);
            seen.add(value);
        }
        assertThat(seen).hasSize(10_000);
    }

    @ParameterizedTest
    @CsvSource({"1000, 7", "1000, 64", "97, 96", "98, 96", "65, 64", "500, 1"})
    void anEpochHasEveryTokenAsATargetOnceExceptAtTheEnds(int tokens, int context) {
        int[] ids = random(tokens);
        Sampler sampler = Sampler.start(MemorySplit.of(SHARD, ids), new RowLayout.Windows(context), 11);
        for (int epoch = 0; epoch < 3; epoch++) {
            List<Long> starts = new ArrayList<>();
            while (sampler.cursor().epoch() == epoch && (starts.isEmpty() || sampler.epochs() < epoch + 1)) {
                Batch batch = sampler.next(1);
                int start = (int) batch.start(0);
                assertThat(batch.ids()).isEqualTo(Arrays.copyOfRange(ids, start, start + context));
                assertThat(batch.targets()).isEqualTo(Arrays.copyOfRange(ids, start + 1, start + context + 1));
                starts.add(batch.start(0));
                if (sampler.epochs() == epoch + 1) {
                    break;
                }
            }
            List<Long> sorted = starts.stream().sorted().toList();
            for (int i = 1; i < sorted.size(); i++) {
                assertThat(sorted.get(i) - sorted.get(i - 1)).isEqualTo(context);
            }
            assertThat(sorted.getFirst()).isLessThan(context);
            assertThat(tokens - 1 - (sorted.getLast() + context)).isLessThan(context);
            if (epoch < 2) {
                sampler.next(1);
                sampler = Sampler.resume(
                        MemorySplit.of(SHARD, ids), new RowLayout.Windows(context), new Cursor(11, epoch + 1, 0));
            }
        }
    }

    @Test
    void epochsAndSeedsDiffer() {
        TokenSplit split = MemorySplit.of(SHARD, random(5000));
        Set<List<Long>> orders = new HashSet<>();
        for (long seed = 0; seed < 3; seed++) {
            for (long epoch = 0; epoch < 3; epoch++) {
                Batch batch = Sampler.resume(split, new RowLayout.Windows(16), new Cursor(seed, epoch, 0))
                        .next(20);
                orders.add(LongStream.range(0, 20)
                        .map(i -> batch.start((int) i))
                        .boxed()
                        .toList());
            }
        }
        assertThat(orders).hasSize(9);
    }

    @Test
    void aRestoredCursorContinuesExactly() {
        TokenSplit split = MemorySplit.of(SHARD, random(1003));
        Sampler straight = Sampler.start(split, new RowLayout.Windows(10), 42);
        for (int step = 0; step < 60; step++) {
            String saved = Json.line(straight.cursor());
            Sampler restored = Sampler.resume(
                    split, new RowLayout.Windows(10), Json.mapper().readValue(saved, Cursor.class));
            Batch expected = straight.next(7);
            Batch actual = restored.next(7);
            assertThat(actual.ids()).isEqualTo(expected.ids());
            assertThat(actual.targets()).isEqualTo(expected.targets());
            assertThat(restored.cursor()).isEqualTo(straight.cursor());
        }
        assertThat(straight.cursor().epoch()).isGreaterThan(2);
    }

    @Test
    void aCursorOfOtherDataIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampler.resume(
                        MemorySplit.of(SHARD, random(100)), new RowLayout.Windows(10), new Cursor(1, 0, 11)))
                .withMessageContainingAll("row 11", "other data or another context length");
    }

    @Test
    void aContextLongerThanTheTextIsNamed() {
        TokenSplit split = MemorySplit.of(SHARD, random(64));
        assertThat(Sampler.start(split, new RowLayout.Windows(63), 1).next(2).start(1))
                .isZero();
        assertThatThrownBy(() -> Sampler.start(split, new RowLayout.Windows(64), 1))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("model.max_position_embeddings is 64", "only 64 tokens", "at most 63");
    }

    @ParameterizedTest
    @CsvSource({"1000, 7", "1000, 64", "3, 2", "2, 64", "65, 64", "66, 64"})
    void anEvaluationHasEveryTokenButTheFirstAsATargetOnce(int tokens, int context) {
        int[] ids = random(tokens);
        EvalWindows windows = EvalWindows.all(MemorySplit.of(SHARD, ids), new RowLayout.Windows(context));
        List<Integer> targets = new ArrayList<>();
        int seen = 0;
        for (int first = 0; first < windows.count(); first += 4) {
            Batch batch = windows.batch(first, 4);
            seen += batch.rows();
            for (int i = 0; i < batch.targets().length; i++) {
                if (batch.targets()[i] != Batch.IGNORED) {
                    assertThat(batch.ids()[i]).isEqualTo(ids[targets.size()]);
                    targets.add(batch.targets()[i]);
                }
            }
        }
        assertThat(seen).isEqualTo(windows.count());
        assertThat(targets.stream().mapToInt(i -> i))
                .containsExactly(Arrays.stream(ids, 1, tokens).boxed().toArray(Integer[]::new));
        assertThat(windows.tokens()).isEqualTo(tokens - 1);
        assertThat(windows.bytes(new ByteTokenizer(true))).isEqualTo(tokens - 1);
    }

    @Test
    void separatorsAreTokensWithoutBytes() {
        int[] ids = {65, 66, 256, 67, 256, 256, 68};
        EvalWindows windows = EvalWindows.all(MemorySplit.of(SHARD, ids), new RowLayout.Windows(4));
        assertThat(windows.tokens()).isEqualTo(6);
        assertThat(windows.bytes(new ByteTokenizer(true))).isEqualTo(3);
    }

    @Test
    void aLimitedEvaluationIsSpreadOverTheSplit() {
        TokenSplit split = MemorySplit.of(SHARD, random(1001));
        EvalWindows windows = EvalWindows.limited(split, new RowLayout.Windows(10), 41);
        assertThat(windows.count()).isEqualTo(5);
        assertThat(windows.tokens()).isEqualTo(50);
        Batch batch = windows.batch(0, 99);
        assertThat(LongStream.range(0, 5).map(row -> batch.start((int) row)))
                .containsExactly(0L, 200L, 400L, 600L, 800L);
        assertThat(EvalWindows.limited(split, new RowLayout.Windows(10), 5000).count())
                .isEqualTo(100);
    }

    @Test
    void anEmptySplitCannotBeEvaluated() {
        assertThatThrownBy(() -> EvalWindows.all(MemorySplit.of(SHARD, 7), new RowLayout.Windows(8)))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("train split of memory has 1 token:", "use more text");
        // The ids before every row predict the first token.
        assertThat(EvalWindows.all(MemorySplit.of(SHARD, 7), new RowLayout.Windows(8), List.of(256))
                        .tokens())
                .isEqualTo(1);
        assertThatThrownBy(() -> EvalWindows.all(MemorySplit.of(SHARD), new RowLayout.Windows(8), List.of(256)))
                .hasMessageContaining("has 0 tokens: nothing to evaluate");
    }

    @Test
    void anEvaluationThatPredictsNoTextIsRefused() {
        ByteTokenizer tokenizer = new ByteTokenizer(true);
        EvalWindows separators = EvalWindows.all(MemorySplit.of(SHARD, 65, 256, 256), new RowLayout.Windows(8));
        assertThatThrownBy(() -> new Perplexity(separators, tokenizer, 1))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContainingAll("train split of memory has 3 tokens", "no byte of text", "use more text");
        EvalWindows one = EvalWindows.all(MemorySplit.of(SHARD, 65, 66), new RowLayout.Windows(8));
        assertThat(new Perplexity(one, tokenizer, 1).windows()).isEqualTo(1);
    }

    @Test
    void everyTokenHasTheCategoryOfItsDocument() {
        // Documents of 4, 3 and 5 tokens: verb, none, noun; window 2 of 5 ids extends beyond the end.
        TokenSplit split = MemorySplit.of(
                8,
                List.of("", "noun", "verb"),
                new int[][] {{0, 2}, {4, 0}, {7, 1}},
                IntStream.range(0, 12).toArray());
        Batch batch = new Batch(3, 5);
        batch.fill(0, split, 0, split.tokens());
        batch.fill(1, split, 5, split.tokens());
        batch.fill(2, split, 9, split.tokens());
        assertThat(batch.categories(split, List.of("noun", "verb")))
                .containsExactly(2, 2, 2, 2, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0);
        assertThat(batch.categories(split, List.of("verb")))
                .startsWith(1, 1, 1, 1, 0)
                .endsWith(0, 0, 0, 0, 0);
    }

    /** A token before every row predicts the first token of its text, so that every token is a target once. */
    @ParameterizedTest
    @CsvSource({"1,4", "1,5", "2,5", "3,5", "1,100", "2,7"})
    void rowsMayBeginWithTokensThatAreNotPartOfTheText(int begin, int context) {
        int[] text = IntStream.range(10, 33).toArray();
        List<Integer> front = IntStream.range(0, begin).mapToObj(i -> 90 + i).toList();
        EvalWindows windows = EvalWindows.all(MemorySplit.of(SHARD, text), new RowLayout.Windows(context), front);
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < windows.count(); i++) {
            Batch batch = windows.batch(i, 1);
            List<Integer> inputs = IntStream.of(batch.ids()).boxed().toList();
            assertThat(inputs.subList(0, begin)).isEqualTo(front);
            int counted = 0;
            for (int s = 0; s < context; s++) {
                int target = batch.targets()[s];
                if (s < begin - 1 || s >= batch.lengths()[0]) {
                    assertThat(target).isEqualTo(Batch.IGNORED);
                    continue;
                }
                counted++;
                seen.add(target);
                // A token is predicted by the one before it in the text, or by the last of the ids before the row.
                assertThat(batch.ids()[s]).isEqualTo(s < begin ? front.getLast() : target - 1);
            }
            assertThat(batch.targetCount()).isEqualTo(counted);
        }
        assertThat(seen).containsExactlyElementsOf(IntStream.of(text).boxed().toList());
        assertThat(windows.tokens()).isEqualTo(text.length);
        assertThatThrownBy(() -> EvalWindows.all(MemorySplit.of(SHARD, text), new RowLayout.Windows(begin), front))
                .hasMessage("rows that begin with " + begin + (begin == 1 ? " token" : " tokens")
                        + " leave no room in a context of " + begin);
    }
}
