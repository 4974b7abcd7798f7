package dev.mojave.model;

import dev.mojave.moe.ExpertBank;
import dev.mojave.moe.MoeLayer;
import dev.mojave.nn.Positions;
import java.util.Optional;

/**
 * What a model counts, predicted from its specification.
 *
 * @param total everything that is trained, positions included; a tied head counts once
 * @param active what one token uses: of each mixture's experts only the chosen and the shared ones; embeddings and head in full
 * @param withoutEmbeddings total less token and position embeddings and head
 * @param activeWithoutEmbeddings active less the same
 * @param flopsPerToken FLOPs of one training step per token: 6 per matmul weight that a token uses (head included) plus causal
 *     attention once, 6 * layers * (heads * head size) * context
 */
public record ModelCounts(
        long total, long active, long withoutEmbeddings, long activeWithoutEmbeddings, long flopsPerToken) {

    static ModelCounts of(ModelSpec spec) {
        long width = spec.hiddenSize();
        long table = spec.vocabSize() * width;
        long positions = spec.positionEmbedding() == Positions.LEARNED ? spec.maxPositionEmbeddings() * width : 0;
        long embeddings = table + positions + (spec.tieWordEmbeddings() ? 0 : table);
        long norm = spec.normSpec().parameterCount();
        long body = norm;
        long activeBody = norm;
        long weights = table;
        Optional<ParallelParts.Counts> parallel = ParallelParts.of(spec).map(ParallelParts::counts);
        int full = spec.numHiddenLayers()
                - ParallelParts.of(spec).map(ParallelParts::layers).orElse(0);
        for (int layer = 0; layer < full; layer++) {
            long shared = 2 * norm + spec.attention().parameterCount();
            weights += spec.attention().matmulWeights();
            Optional<MoeLayer.Spec> mixture = spec.mixture(layer);
            if (mixture.isPresent()) {
                ExpertBank.Spec experts = mixture.get().experts();
                int chosen = spec.mixture().orElseThrow().numExpertsPerTok();
                long router = mixture.get().routerParameterCount();
                body += shared + mixture.get().parameterCount();
                activeBody += shared
                        + router
                        + chosen * experts.eachParameterCount()
                        + mixture.get().sharedParameterCount();
                weights += mixture.get().router().matmulWeights(mixture.get().sizes())
                        + chosen * experts.eachMatmulWeights()
                        + mixture.get().sharedMatmulWeights();
            } else {
                body += shared + spec.feedForward().parameterCount();
                activeBody += shared + spec.feedForward().parameterCount();
                weights += spec.feedForward().matmulWeights();
            }
        }
        long attention = 6L * full * spec.attention().queryWidth() * spec.maxPositionEmbeddings();
        if (parallel.isPresent()) {
            body += parallel.get().total();
            activeBody += parallel.get().active();
            weights += parallel.get().matmulWeights();
            attention += parallel.get().attentionFlops();
        }
        return new ModelCounts(embeddings + body, embeddings + activeBody, body, activeBody, 6 * weights + attention);
    }
}
