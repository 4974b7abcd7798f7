package dev.mojave.result.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one arm of a study showed, over its seeds.
 *
 * @param name the arm's name in the recipe
 * @param description the model in one line, for example {@code "gpt2 4x128, 4 experts, top-2"}
 * @param parametersTotal everything that is trained, positions included
 * @param parametersActive parameters that one token uses
 * @param parametersWithoutEmbeddings total less token and position embeddings and head
 * @param activeWithoutEmbeddings active less token and position embeddings and head
 * @param match the budget that this arm was resized to, if any
 * @param flopsPerToken training FLOPs per token (6 per matmul weight that a token uses, plus causal attention once, as much of it as a sliding window leaves)
 * @param valLoss last evaluation over all held-out windows
 * @param bestValLoss best evaluation seen during training
 * @param tokensPerSecond training throughput, median over seeds
 * @param generateTokensPerSecond decoding throughput at batch 1, median over seeds
 * @param wallSeconds training wall time including evaluation, median over seeds
 * @param peakMemoryBytes peak resident memory, maximum over seeds
 * @param samples a continuation by each seed's model
 */
public record ArmResult(
        String name,
        String description,
        long parametersTotal,
        long parametersActive,
        long parametersWithoutEmbeddings,
        long activeWithoutEmbeddings,
        @Nullable Match match,
        long flopsPerToken,
        Summary valLoss,
        Summary bestValLoss,
        double tokensPerSecond,
        double generateTokensPerSecond,
        double wallSeconds,
        long peakMemoryBytes,
        List<String> samples) {

    /**
     * The budget that an arm was resized to.
     *
     * @param by {@code active} or {@code total}: parameters without embeddings and head
     * @param arm the arm that was matched
     * @param target the other arm's count
     * @param achieved this arm's count
     * @param resized the key that was changed, for example {@code intermediate_size}
     * @param value the value it got
     */
    public record Match(String by, String arm, long target, long achieved, String resized, long value) {}
}
