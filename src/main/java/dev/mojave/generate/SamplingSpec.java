package dev.mojave.generate;

import dev.mojave.base.Check;
import dev.mojave.base.Promised;
import java.util.List;

/**
 * How the next token is drawn; filters apply in this order, as in transformers.
 *
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens already seen; 1 = off (arXiv 1909.05858)
 * @param temperature divides logits; 0 = always the most likely token
 * @param topK keeps the k most likely tokens, ties of the k-th included; 0 = off
 * @param topP keeps the smallest set whose probability reaches p, at least one token; 1 = off (arXiv 1904.09751)
 * @param minP keeps tokens at least this fraction as likely as the best; 0 = off (arXiv 2407.01082)
 * @param maxTokens how many tokens to write at most
 * @param seed of the draw
 * @param stop texts that end the writing; they are not part of it
 * @param untilEnd whether the end-of-text token ends the writing; otherwise it becomes a line end and the next document begins
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
    /** Beyond these, logits would leave the range of float32 and no longer tell tokens apart. */
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
                "--temperature (%s) must be a number and not negative; 0 always takes the most likely",
                temperature);
        Check.that(topK >= 0, "--top-k (%d) must not be negative; 0 is off", topK);
        Check.that(0 < topP && topP <= 1, "--top-p (%s) must be above 0 and at most 1", topP);
        Check.that(0 <= minP && minP <= 1, "--min-p (%s) must be between 0 and 1", minP);
        Check.that(maxTokens >= 1, "--max-tokens (%d) must be at least 1", maxTokens);
        Check.that(stop.stream().noneMatch(String::isEmpty), "--stop must not be empty");
        stop = List.copyOf(stop);
    }

    /** Plain sampling: temperature 0.8, top-k 200, as nanoGPT samples. */
    public static SamplingSpec usual(int maxTokens, long seed) {
        return new SamplingSpec(1, 0.8, 200, 1, 0, maxTokens, seed, List.of(), true);
    }

    /** The same, going on through the ends of documents until all tokens are written. */
    public static SamplingSpec sample(int maxTokens, long seed) {
        return new SamplingSpec(1, 0.8, 200, 1, 0, maxTokens, seed, List.of(), false);
    }

    /** Always the most likely token. */
    public static SamplingSpec greedy(int maxTokens) {
        return new SamplingSpec(1, 0, 0, 1, 0, maxTokens, 0, List.of(), true);
    }
}
