package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Flat;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.RouterSpec;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code moe} section of a model.
 *
 * @param choice number of experts and how tokens choose among them
 * @param placement which layers are sparse
 * @param experts size and dropout of each expert
 * @param shared expert that processes every token in addition
 * @param dispatchSpec how tokens are dispatched to their experts
 */
@JsonPropertyOrder({
    "num_experts",
    "num_experts_per_tok",
    "norm_topk_prob",
    "decoder_sparse_step",
    "mlp_only_layers",
    "moe_intermediate_size",
    "shared_expert_intermediate_size",
    "shared_expert_gate",
    "router",
    "losses",
    "dispatch",
    "capacity_factor",
    "input_jitter",
    "expert_dropout"
})
public record MoeSpec(
        @Flat ExpertChoice choice,
        @Flat Placement placement,
        @Flat Each experts,
        @Flat Shared shared,
        @Flat MoeLayer.DispatchSpec dispatchSpec) {
    /**
     * Which layers are sparse.
     *
     * @param decoderSparseStep n, where every n-th layer is sparse; 1 = all layers
     * @param mlpOnlyLayers indices, counted from 0, of layers that are dense nevertheless
     */
    public record Placement(
            @Default("1") int decoderSparseStep,
            @Default("[]") List<Integer> mlpOnlyLayers) {
        /** Every layer is sparse. */
        public static final Placement ALL = new Placement(1, List.of());

        /** Checks the values. */
        public Placement {
            Check.that(decoderSparseStep >= 1, "decoder_sparse_step (%d) must be at least 1", decoderSparseStep);
            Check.that(
                    mlpOnlyLayers.stream().allMatch(layer -> layer >= 0),
                    "mlp_only_layers (%s) must not contain negative indices; layers are counted from 0",
                    mlpOnlyLayers);
            mlpOnlyLayers = List.copyOf(mlpOnlyLayers);
        }

        /**
         * Returns whether the layer with this index, counted from 0, is sparse: the n-th, 2n-th and so on, as in the transformers
         * library.
         */
        boolean sparse(int layer) {
            return (layer + 1) % decoderSparseStep == 0 && !mlpOnlyLayers.contains(layer);
        }
    }

    /**
     * Size and dropout of each expert.
     *
     * @param moeIntermediateSize intermediate width of an expert; null = the model's {@code intermediate_size}
     * @param expertDropout dropout probability of the experts' intermediate values
     */
    public record Each(
            @Nullable Integer moeIntermediateSize,
            @Default("0.0") double expertDropout) {
        /** Experts of the same size as the model's feed-forward layers, without dropout. */
        public static final Each PLAIN = new Each(null, 0);

        /** Checks the values. */
        public Each {
            if (moeIntermediateSize != null) {
                Check.that(moeIntermediateSize > 0, "moe_intermediate_size (%d) must be positive", moeIntermediateSize);
            }
            Check.that(
                    0 <= expertDropout && expertDropout < 1,
                    "expert_dropout (%s) must be at least 0 and below 1",
                    expertDropout);
        }

        /** Returns the intermediate width of an expert, given that of the model's feed-forward layers. */
        public int width(int intermediateSize) {
            return moeIntermediateSize == null ? intermediateSize : moeIntermediateSize;
        }
    }

    /**
     * The expert that processes every token in addition to the chosen ones.
     *
     * @param sharedExpertIntermediateSize intermediate width; 0 = no shared expert
     * @param sharedExpertGate whether its output is multiplied by a trained sigmoid gate
     */
    public record Shared(
            @Default("0") int sharedExpertIntermediateSize,
            @Default("false") boolean sharedExpertGate) {
        /** No shared expert. */
        public static final Shared NONE = new Shared(0, false);

        /** Checks the width. */
        public Shared {
            Check.that(
                    sharedExpertIntermediateSize >= 0,
                    "shared_expert_intermediate_size (%d) must not be negative; set it to 0 for no shared expert",
                    sharedExpertIntermediateSize);
            Check.that(
                    sharedExpertIntermediateSize > 0 || !sharedExpertGate,
                    "shared_expert_gate needs a shared expert; set shared_expert_intermediate_size");
        }

        /** Returns whether there is a shared expert. */
        public boolean present() {
            return sharedExpertIntermediateSize > 0;
        }

        private Optional<SharedExpert.Spec> spec(int width, ModelKeys.FeedForward feedForward) {
            return switch (this) {
                case Shared(int size, boolean gated) ->
                    size == 0
                            ? Optional.empty()
                            : Optional.of(new SharedExpert.Spec(
                                    feedForward.withIntermediateSize(size).spec(width), gated));
            };
        }
    }

    /** Checks that the dispatch and the router can be combined. */
    public MoeSpec {
        RouterSpec router = choice.router();
        checkCapacity(router, dispatchSpec);
        double jitter = dispatchSpec.inputJitter();
        Check.that(0 <= jitter && jitter < 1, "input_jitter (%s) must be at least 0 and below 1", jitter);
        Check.that(
                jitter == 0 || router.learns(),
                "input_jitter changes nothing with router %s, which does not read its input; remove input_jitter",
                router.kind());
    }

    /** Creates a mixture in every layer, with every other option at its default. */
    public MoeSpec(int numExperts, int numExpertsPerTok, boolean normTopkProb, RouterSpec router, Coefficients losses) {
        this(
                new ExpertChoice(numExperts, numExpertsPerTok, normTopkProb, router, losses),
                Placement.ALL,
                Each.PLAIN,
                Shared.NONE,
                MoeLayer.DispatchSpec.DROPLESS);
    }

    /** Returns this mixture in every n-th layer, where n is {@code step}. */
    public MoeSpec withSparseStep(int step) {
        return new MoeSpec(choice, new Placement(step, placement.mlpOnlyLayers), experts, shared, dispatchSpec);
    }

    /** Checks the width of the shared expert, given the intermediate size of the model. */
    void checkShared(int intermediateSize) {
        long together = (long) choice.numExperts() * experts.width(intermediateSize);
        Check.that(
                shared.sharedExpertIntermediateSize <= together,
                "moe.shared_expert_intermediate_size (%d) must be at most %d, the width of all %d experts together: a larger"
                        + " shared expert would outweigh the mixture",
                shared.sharedExpertIntermediateSize,
                together,
                choice.numExperts());
    }

    private static void checkCapacity(RouterSpec router, MoeLayer.DispatchSpec dispatchSpec) {
        boolean limited = dispatchSpec.capacity().isPresent();
        Check.that(
                !limited || router.againstCapacity().isEmpty(),
                "capacity_factor makes no sense with router %s: %s; remove it",
                router.kind(),
                router.againstCapacity().orElse(""));
        Check.that(
                !limited || dispatchSpec.dispatch() == Dispatch.Kind.CAPACITY,
                "capacity_factor needs dispatch: capacity; dispatch %s drops no token",
                dispatchSpec.dispatch() == Dispatch.Kind.NAIVE ? "naive" : "dropless");
        Check.that(
                limited || dispatchSpec.dispatch() != Dispatch.Kind.CAPACITY,
                "dispatch: capacity needs capacity_factor, for example {train: 1.25, eval: 2.0}");
    }

    /** Returns the specification of the sparse layers, given the width and the feed-forward keys of the model. */
    MoeLayer.Spec layer(int width, ModelKeys.FeedForward feedForward) {
        return switch (this) {
            case MoeSpec(
                    ExpertChoice chosen,
                    Placement _,
                    Each(Integer _, double dropout),
                    Shared besides,
                    MoeLayer.DispatchSpec way) -> {
                int size = experts.width(feedForward.intermediateSize());
                yield new MoeLayer.Spec(
                        chosen.router(),
                        chosen.sizes(width),
                        new Experts.Spec(
                                chosen.numExperts(),
                                feedForward.withIntermediateSize(size).spec(width),
                                dropout),
                        way,
                        besides.spec(width, feedForward));
            }
        };
    }

    /**
     * Returns whether the layer with this index, counted from 0, is sparse: the n-th, 2n-th and so on, as in the transformers
     * library.
     */
    public boolean sparse(int layer) {
        return placement.sparse(layer);
    }

    /** Returns why the mixture cannot be trained, if it cannot. Imported models of this kind can still be evaluated. */
    public Optional<String> untrainable() {
        boolean single = choice.numExpertsPerTok() == 1 && choice.numExperts() > 1;
        boolean cut = choice.router().normalises() && single && choice.normTopkProb();
        return cut
                ? Optional.of(
                        "norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts the router's gradient;"
                                + " set norm_topk_prob to false")
                : Optional.empty();
    }
}
