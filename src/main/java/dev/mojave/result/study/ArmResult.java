package dev.mojave.result.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of one arm of a study, over its seeds.
 *
 * @param name name of the arm in the recipe
 * @param description one-line description of the model, for example {@code "gpt2 4x128, 4 experts, top-2"}
 * @param parametersTotal number of trained parameters, including position embeddings
 * @param parametersActive number of parameters that one token uses
 * @param parametersWithoutEmbeddings parametersTotal without token and position embeddings and head
 * @param activeWithoutEmbeddings parametersActive without token and position embeddings and head
 * @param match the budget that this arm was resized to; null if it was not resized
 * @param flopsPerToken training FLOPs per token: 6 per matrix weight that a token uses, plus causal attention, restricted to the sliding window
 *     if there is one
 * @param valLoss last evaluation over all held-out windows
 * @param bestValLoss best evaluation seen during training
 * @param tokensPerSecond training throughput, median over seeds
 * @param generateTokensPerSecond decoding throughput at batch 1, median over seeds
 * @param wallSeconds training wall time including evaluation, median over seeds
 * @param peakMemoryBytes peak resident memory, maximum over seeds
 * @param samples one continuation per seed
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
    /** Returns the same without the continuations, which would fill most of a file with many arms. */
    public ArmResult withoutSamples() {
        return new ArmResult(
                name,
                description,
                parametersTotal,
                parametersActive,
                parametersWithoutEmbeddings,
                activeWithoutEmbeddings,
                match,
                flopsPerToken,
                valLoss,
                bestValLoss,
                tokensPerSecond,
                generateTokensPerSecond,
                wallSeconds,
                peakMemoryBytes,
                List.of());
    }

    /**
     * The budget that an arm was resized to.
     *
     * @param by {@code active} or {@code total}: parameters without embeddings and head
     * @param arm the arm that this one was matched to
     * @param target count of the other arm
     * @param achieved count of this arm
     * @param resized key that was changed, for example {@code intermediate_size}
     * @param value new value of the key
     */
    public record Match(String by, String arm, long target, long achieved, String resized, long value) {}
}
