package dev.mojave.model;

import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.AttentionSpec;
import java.util.List;
import java.util.Optional;

/** The descriptions of a model for people. */
final class ModelWords {
    private ModelWords() {}

    /** Implements {@link ModelSpec#caveats}. */
    static List<String> caveats(ModelSpec spec) {
        return spec.mixture()
                .flatMap(m -> switch (m.choice().router().causality()) {
                    case CAUSAL -> Optional.empty();
                    case CAUSAL_IN_EVALUATION ->
                        Optional.of(
                                "Router " + m.choice().router().kind() + " is causal in evaluation only: in training a"
                                        + " token's experts depend on the whole batch, including later tokens, so the training"
                                        + " loss may be too low; validation losses are not affected.");
                    case NOT_CAUSAL ->
                        Optional.of("Router " + m.choice().router().kind()
                                + " is not causal: whether an expert processes a token"
                                + " depends on later tokens. The model therefore sees part of what it must predict: its losses"
                                + " and perplexities are too low and not comparable with those of other models, and"
                                + " generation routes differently from training.");
                })
                .map(List::of)
                .orElse(List.of());
    }

    /** Implements {@link ModelSpec#describe}. */
    static String describe(ModelSpec spec) {
        String width = spec.numHiddenLayers() + "x" + spec.hiddenSize() + attention(spec.attentionSpec())
                + ", feed-forward " + spec.feedForward().intermediateSize();
        if (spec.parallelBlocks().isPresent()) {
            ParallelSpec parallel = spec.parallelBlocks().get();
            return width + ", " + (spec.numHiddenLayers() - 2 * parallel.fullLayers()) + " layers of "
                    + parallel.blocks().choice().numExperts() + " blocks of " + parallel.hiddenSize() + ", top-"
                    + parallel.blocks().choice().numExpertsPerTok();
        }
        return spec.mixture()
                .map(m -> width + ", " + m.choice().numExperts() + " experts, top-"
                        + m.choice().numExpertsPerTok()
                        + (m.choice().router() instanceof TopKRouter.Spec
                                ? ""
                                : ", router " + m.choice().router().kind())
                        + (m.placement().decoderSparseStep() == 1
                                ? ""
                                : ", in 1 of every " + m.placement().decoderSparseStep() + " layers")
                        + (m.shared().present()
                                ? ", shared expert " + m.shared().sharedExpertIntermediateSize()
                                : ""))
                .orElse(width + ", dense");
    }

    /** Describes the attention; full attention needs no description. */
    private static String attention(AttentionSpec attention) {
        return switch (attention) {
            case AttentionSpec.GroupedQuery _ -> "";
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery _, int window) -> ", sliding window " + window;
        };
    }
}
