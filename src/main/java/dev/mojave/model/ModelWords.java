package dev.mojave.model;

import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.AttentionSpec;
import java.util.List;
import java.util.Optional;

/** What people are told of a model. */
final class ModelWords {
    private ModelWords() {}

    /** As {@link ModelSpec#caveats}. */
    static List<String> caveats(ModelSpec spec) {
        return spec.mixture()
                .flatMap(m -> switch (m.choice().router().causality()) {
                    case CAUSAL -> Optional.empty();
                    case CAUSAL_IN_EVALUATION ->
                        Optional.of(
                                "Router " + m.choice().router().kind() + " is causal in evaluation only: in training a"
                                        + " token's experts depend on the whole batch, later tokens among them, so the"
                                        + " training loss may look better than it is; validation losses are sound.");
                    case NOT_CAUSAL ->
                        Optional.of("Router " + m.choice().router().kind()
                                + " is not causal: whether an expert takes a token"
                                + " depends on later tokens, so as a language model it sees part of what it is to"
                                + " predict, its losses and perplexities are too good and compare with no other"
                                + " model's, and generation routes unlike training.");
                })
                .map(List::of)
                .orElse(List.of());
    }

    /** As {@link ModelSpec#describe}. */
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
                                : " in every layer of " + m.placement().decoderSparseStep())
                        + (m.shared().present()
                                ? ", shared expert " + m.shared().sharedExpertIntermediateSize()
                                : ""))
                .orElse(width + ", dense");
    }

    /** What is said of attention, of the kind that sees everything nothing. */
    private static String attention(AttentionSpec attention) {
        return switch (attention) {
            case AttentionSpec.GroupedQuery _ -> "";
            case AttentionSpec.SlidingWindow(AttentionSpec.GroupedQuery _, int window) -> ", sliding window " + window;
        };
    }
}
