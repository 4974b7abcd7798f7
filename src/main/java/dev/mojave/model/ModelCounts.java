package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Norm;
import java.util.Optional;

/**
 * The parameter and FLOP counts of a model, predicted from its specification.
 *
 * @param total all trained parameters, including position embeddings; a tied head counts once
 * @param active parameters that one token uses: of each mixture only the chosen experts and the shared one; embeddings and head
 *     in full
 * @param withoutEmbeddings {@code total} without token and position embeddings and head
 * @param activeWithoutEmbeddings {@code active} without the same
 * @param flopsPerToken training FLOPs per token: 6 per matmul weight that a token uses (including the head), plus 6 * layers *
 *     (heads * head size) * context for causal attention, or less with a sliding window
 */
public record ModelCounts(
        long total, long active, long withoutEmbeddings, long activeWithoutEmbeddings, long flopsPerToken) {

    static ModelCounts of(ModelSpec spec) {
        return switch (spec.frameSpec()) {
            case FrameSpec(
                    int vocabulary,
                    int width,
                    int context,
                    FrameSpec.Position position,
                    boolean tied,
                    Norm.Spec finalNorm,
                    double _) -> {
                long table = (long) vocabulary * width;
                long positions = switch (position) {
                    case FrameSpec.Learned() -> (long) context * width;
                    case FrameSpec.Sinusoidal(), FrameSpec.Rotated _ -> 0;
                };
                yield of(spec, table, positions + (tied ? table : 2 * table), finalNorm.parameterCount());
            }
        };
    }

    private static ModelCounts of(ModelSpec spec, long table, long embeddings, long norm) {
        long body = norm;
        long activeBody = norm;
        long weights = table;
        Optional<ParallelParts.Counts> parallel = ParallelParts.of(spec).map(ParallelParts::counts);
        long attention = 0;
        for (BlockSpec block : spec.blocks()) {
            OfBlock counts = of(block);
            body += counts.total;
            activeBody += counts.active;
            weights += counts.matmulWeights;
            attention += block.attention().trainingFlops(spec.maxPositionEmbeddings());
        }
        if (parallel.isPresent()) {
            body += parallel.get().total();
            activeBody += parallel.get().active();
            weights += parallel.get().matmulWeights();
            attention += parallel.get().attentionFlops();
        }
        return new ModelCounts(embeddings + body, embeddings + activeBody, body, activeBody, 6 * weights + attention);
    }

    /** The counts of one block. */
    private record OfBlock(long total, long active, long matmulWeights) {}

    private static OfBlock of(BlockSpec block) {
        return switch (block) {
            case BlockSpec(
                    BlockSpec.Topology topology,
                    Norm.Spec norm,
                    AttentionSpec attention,
                    BlockSpec.SecondBranch branch,
                    double _) -> {
                int norms = switch (topology) {
                    case PRE_NORM -> 2;
                };
                long shared = norms * norm.parameterCount() + attention.parameterCount();
                OfBlock second = of(branch);
                yield new OfBlock(
                        shared + second.total,
                        shared + second.active,
                        attention.matmulWeights() + second.matmulWeights);
            }
        };
    }

    private static OfBlock of(BlockSpec.SecondBranch branch) {
        return switch (branch) {
            case BlockSpec.Dense(FeedForward.Spec dense) ->
                new OfBlock(dense.parameterCount(), dense.parameterCount(), dense.matmulWeights());
            case BlockSpec.Sparse(MoeLayer.Spec mixture) -> {
                ExpertBank.Spec experts = mixture.experts();
                int chosen = mixture.sizes().topK();
                yield new OfBlock(
                        mixture.parameterCount(),
                        mixture.routerParameterCount()
                                + chosen * experts.eachParameterCount()
                                + mixture.sharedParameterCount(),
                        mixture.router().matmulWeights(mixture.sizes())
                                + chosen * experts.eachMatmulWeights()
                                + mixture.sharedMatmulWeights());
            }
        };
    }
}
