package dev.mojave.generate;

import dev.mojave.base.Failure;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Chooses one token after another and records the tokens seen so far, for the repetition penalty. */
final class TokenChooser {
    private final SamplingSpec spec;
    private final SplittableRandom random;
    private final BitSet seen = new BitSet();

    TokenChooser(SamplingSpec spec) {
        this.spec = spec;
        this.random = new SplittableRandom(spec.seed());
    }

    /** Records a token as seen. */
    void see(int id) {
        seen.set(id);
    }

    /**
     * Chooses the next token from {@code logits} (V), which it modifies.
     *
     * @throws Failure of kind DATA if the largest logit is not a finite number; such a model would repeat one token forever
     */
    int choose(float[] logits) {
        float largest = LogitFilters.largest(logits);
        if (!Float.isFinite(largest)) {
            throw Failure.data(
                    "the model's largest logit is %s, not a finite number: its weights are damaged or its training diverged;"
                            + " use an earlier checkpoint",
                    largest);
        }
        filter(logits);
        return spec.temperature() == 0 ? best(logits) : draw(LogitFilters.softmax(logits));
    }

    /**
     * Applies the enabled filters in the order of {@link SamplingSpec}. At temperature 0 only the repetition penalty matters,
     * because the other filters never remove the most likely token.
     */
    void filter(float[] logits) {
        if (spec.repetitionPenalty() != 1) {
            LogitFilters.repetitionPenalty(logits, seen, spec.repetitionPenalty());
        }
        if (spec.temperature() == 0) {
            return;
        }
        LogitFilters.temperature(logits, spec.temperature());
        if (spec.topK() > 0) {
            LogitFilters.topK(logits, spec.topK());
        }
        if (spec.topP() < 1) {
            LogitFilters.topP(logits, spec.topP());
        }
        if (spec.minP() > 0) {
            LogitFilters.minP(logits, spec.minP());
        }
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private int draw(float[] probabilities) {
        double target = random.nextDouble();
        double mass = 0;
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (probabilities[i] > 0) {
                mass += probabilities[i];
                last = i;
                if (mass > target) {
                    return i;
                }
            }
        }
        return last;
    }
}
