package dev.mojave.generate;

import dev.mojave.base.Check;
import dev.mojave.base.Promised;
import java.util.List;

/**
 * Settings for drawing the next token. Filters apply in the order of the components, as in the transformers library.
 *
 * @param repetitionPenalty divisor of positive and factor on negative logits of tokens already seen; 1 = off (arXiv 1909.05858)
 * @param temperature divisor of the logits; 0 = always the most likely token
 * @param topK number of most likely tokens kept, plus ties of the last one; 0 = off
 * @param topP probability that the smallest set of kept tokens reaches, at least one token; 1 = off (arXiv 1904.09751)
 * @param minP minimum probability of kept tokens, as a fraction of the most likely token's; 0 = off (arXiv 2407.01082)
 * @param maxTokens maximum number of tokens to generate
 * @param seed seed of the random draws
 * @param stop texts that end the generation; they are not part of the result
 * @param untilEnd whether the end-of-text token ends the generation; otherwise it becomes a newline and the next document begins
 */
@Promised
public record SamplingSpec(
        double repetitionPenalty,
        double temperature,
        int topK,
        double topP,
        double minP,
        int maxTokens,
        long seed,
        List<String> stop,
        boolean untilEnd) {
    /** Outside these bounds, logits would exceed the range of float32 and no longer distinguish tokens. */
    private static final double LEAST_PENALTY = 1e-6;

    private static final double MOST_PENALTY = 1e6;

    /** Checks every range; messages name the flags. */
    public SamplingSpec {
        Check.that(
                LEAST_PENALTY <= repetitionPenalty && repetitionPenalty <= MOST_PENALTY,
                "--repetition-penalty (%s) must be between %s and %s; 1 is off",
                repetitionPenalty,
                LEAST_PENALTY,
                MOST_PENALTY);
        Check.that(
                temperature >= 0 && Double.isFinite(temperature),
                "--temperature (%s) must be a finite number and not negative; 0 always chooses the most likely token",
                temperature);
        Check.that(topK >= 0, "--top-k (%d) must not be negative; 0 is off", topK);
        Check.that(0 < topP && topP <= 1, "--top-p (%s) must be above 0 and at most 1", topP);
        Check.that(0 <= minP && minP <= 1, "--min-p (%s) must be between 0 and 1", minP);
        Check.that(maxTokens >= 1, "--max-tokens (%d) must be at least 1", maxTokens);
        Check.that(stop.stream().noneMatch(String::isEmpty), "--stop must not be empty");
        stop = List.copyOf(stop);
    }

    /** Returns the default settings, those of nanoGPT: temperature 0.8 and top-k 200. */
    public static SamplingSpec usual(int maxTokens, long seed) {
        return new SamplingSpec(1, 0.8, 200, 1, 0, maxTokens, seed, List.of(), true);
    }

    /** Returns the default settings for a sample that continues past the ends of documents until all tokens are generated. */
    public static SamplingSpec sample(int maxTokens, long seed) {
        return new SamplingSpec(1, 0.8, 200, 1, 0, maxTokens, seed, List.of(), false);
    }

    /** Returns the settings that always choose the most likely token. */
    public static SamplingSpec greedy(int maxTokens) {
        return new SamplingSpec(1, 0, 0, 1, 0, maxTokens, 0, List.of(), true);
    }
}
