package dev.mojave.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class LogitFiltersTest {
    private static final float REMOVED = Float.NEGATIVE_INFINITY;

    @Test
    void topKKeepsEveryTieOfTheLast() {
        float[] logits = {1, 3, 2, 2, 0};
        LogitFilters.topK(logits, 2);
        assertThat(logits).containsExactly(REMOVED, 3, 2, 2, REMOVED);
    }

    @Test
    void topKBeyondTheVocabularyKeepsAll() {
        float[] logits = {1, 3};
        LogitFilters.topK(logits, 5);
        assertThat(logits).containsExactly(1, 3);
    }

    @Test
    void topPKeepsTheSmallestSetThatReachesTheMass() {
        float[] logits = logs(0.5, 0.3, 0.15, 0.05);
        LogitFilters.topP(logits, 0.75);
        assertThat(logits[0]).isFinite();
        assertThat(logits[1]).isFinite();
        assertThat(logits[2]).isEqualTo(REMOVED);
        assertThat(logits[3]).isEqualTo(REMOVED);
    }

    @Test
    void topPKeepsAtLeastTheBest() {
        float[] logits = logs(0.6, 0.4);
        LogitFilters.topP(logits, 1e-6);
        assertThat(logits[0]).isFinite();
        assertThat(logits[1]).isEqualTo(REMOVED);
    }

    @Test
    void minPIsRelativeToTheBest() {
        float[] logits = logs(0.5, 0.26, 0.24);
        LogitFilters.minP(logits, 0.5);
        assertThat(logits[1]).isFinite();
        assertThat(logits[2]).isEqualTo(REMOVED);
    }

    @Test
    void thePenaltyPushesSeenTokensDownWhateverTheirSign() {
        float[] logits = {2, -2, 2};
        BitSet seen = new BitSet();
        seen.set(0);
        seen.set(1);
        LogitFilters.repetitionPenalty(logits, seen, 2);
        assertThat(logits).containsExactly(1, -4, 2);
    }

    @Test
    void softmaxGivesProbabilitiesAndNothingToRemovedTokens() {
        float[] probabilities = LogitFilters.softmax(new float[] {(float) Math.log(3), 0, REMOVED});
        assertThat(probabilities).containsExactly(new float[] {0.75f, 0.25f, 0}, within(1e-6f));
    }

    private static float[] logs(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i]);
        }
        return logits;
    }
}
