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
 * @param choice how many experts there are, and how tokens choose
 * @param placement which layers are sparse
 * @param experts what each expert is
 * @param shared the expert that every token goes through besides
 * @param travel how tokens reach their experts
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
     * @param decoderSparseStep every n-th layer is sparse; 1 = all
     * @param mlpOnlyLayers indices, from 0, of layers that are dense all the same
     */
    public record Placement(
            @Default("1") int decoderSparseStep,
            @Default("[]") List<Integer> mlpOnlyLayers) {
        /** Every layer. */
        public static final Placement ALL = new Placement(1, List.of());

        /** Checks the values. */
        public Placement {
            Check.that(decoderSparseStep >= 1, "decoder_sparse_step (%d) must be at least 1", decoderSparseStep);
            Check.that(
                    mlpOnlyLayers.stream().allMatch(layer -> layer >= 0),
                    "mlp_only_layers (%s) counts layers from 0",
                    mlpOnlyLayers);
            mlpOnlyLayers = List.copyOf(mlpOnlyLayers);
        }

        /** Returns whether the layer with this index, from 0, is sparse: the n-th, 2n-th... as in transformers. */
        boolean sparse(int layer) {
            return (layer + 1) % decoderSparseStep == 0 && !mlpOnlyLayers.contains(layer);
        }
    }

    /**
     * What each expert is.
     *
     * @param moeIntermediateSize its width; absent = the model's {@code intermediate_size}
     * @param expertDropout probability with which intermediate values of experts are dropped
     */
    public record Each(
            @Nullable Integer moeIntermediateSize,
            @Default("0.0") double expertDropout) {
        /** The model's feed-forward, without dropout. */
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

        /** Returns the width in a model whose feed-forwards have the given one. */
        public int width(int intermediateSize) {
            return moeIntermediateSize == null ? intermediateSize : moeIntermediateSize;
        }
    }

    /**
     * The expert that every token goes through besides.
     *
     * @param sharedExpertIntermediateSize its width; 0 = there is none
     * @param sharedExpertGate whether its output is multiplied with a gate of its own
     */
    public record Shared(
            @Default("0") int sharedExpertIntermediateSize,
            @Default("false") boolean sharedExpertGate) {
        /** None. */
        public static final Shared NONE = new Shared(0, false);

        /** Checks the width. */
        public Shared {
            Check.that(
                    sharedExpertIntermediateSize >= 0,
                    "shared_expert_intermediate_size (%d) must not be negative; 0 leaves the shared expert out",
                    sharedExpertIntermediateSize);
            Check.that(
                    sharedExpertIntermediateSize > 0 || !sharedExpertGate,
                    "shared_expert_gate needs a shared expert; set shared_expert_intermediate_size");
        }

        /** Returns whether there is one. */
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

    /** Checks how tokens travel against how they choose. */
    public MoeSpec {
        RouterSpec router = choice.router();
        checkCapacity(router, dispatchSpec);
        double jitter = dispatchSpec.inputJitter();
        Check.that(0 <= jitter && jitter < 1, "input_jitter (%s) must be at least 0 and below 1", jitter);
        Check.that(
                jitter == 0 || router.learns(),
                "input_jitter changes nothing with router %s, which does not look at its input; remove input_jitter",
                router.kind());
    }

    /** A mixture in every layer with a router and balance losses, and every other option at its default. */
    public MoeSpec(int numExperts, int numExpertsPerTok, boolean normTopkProb, RouterSpec router, Coefficients losses) {
        this(
                new ExpertChoice(numExperts, numExpertsPerTok, normTopkProb, router, losses),
                Placement.ALL,
                Each.PLAIN,
                Shared.NONE,
                MoeLayer.DispatchSpec.DROPLESS);
    }

    /** Returns the same mixture in every n-th layer. */
    public MoeSpec withSparseStep(int step) {
        return new MoeSpec(choice, new Placement(step, placement.mlpOnlyLayers), experts, shared, dispatchSpec);
    }

    /** Checks the width of the shared expert in a model whose feed-forwards have the given width. */
    void checkShared(int intermediateSize) {
        long together = (long) choice.numExperts() * experts.width(intermediateSize);
        Check.that(
                shared.sharedExpertIntermediateSize <= together,
                "moe.shared_expert_intermediate_size (%d) must be at most %d, the width of all %d experts together: beyond that the mixture"
                        + " is the lesser part of its layer",
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

    /** Returns what the sparse layers compute in a model whose feed-forwards are such. */
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

    /** Returns whether the layer with this index, from 0, is sparse: the n-th, 2n-th... as in transformers. */
    public boolean sparse(int layer) {
        return placement.sparse(layer);
    }

    /** Returns why such a mixture cannot learn, if it cannot; it may have come from elsewhere and still be run. */
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
