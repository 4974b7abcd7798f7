package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.nn.Init;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How tokens choose experts, {@code moe.router} in a recipe: a kind, with options of its own where it has any. Every alternative is
 * the {@code Spec} of a router in this package.
 */
public sealed interface RouterSpec
        permits TopKRouter.Spec,
                NoisyTopKRouter.Spec,
                SinkhornRouter.Spec,
                ExpertChoiceRouter.Spec,
                LossFreeRouter.Spec,
                TaskAwareRouter.Spec,
                HashRouter.Spec,
                UniformRouter.Spec,
                SoftRouter.Spec {
    /** Whether what a token does may depend on tokens after it. */
    enum Causality {
        /** Never: a language model may use it. */
        CAUSAL,
        /** In training only, where a choice depends on the whole batch; evaluation and generation are causal. */
        CAUSAL_IN_EVALUATION,
        /** Always: losses of a language model that uses it are too good to be true. */
        NOT_CAUSAL
    }

    /**
     * What every router needs to know.
     *
     * @param width of the activations
     * @param experts to choose from
     * @param topK experts that a token uses
     * @param renormalize whether the weights of the chosen experts are divided by their sum
     */
    record Sizes(int width, int experts, int topK, boolean renormalize) {
        /** Checks that the choice exists. */
        public Sizes {
            Check.that(experts >= 1, "num_experts (%d) must be at least 1", experts);
            Check.that(
                    1 <= topK && topK <= experts,
                    "num_experts_per_tok (%d) must be between 1 and num_experts (%d)",
                    topK,
                    experts);
        }

        /** Returns the weights of one linear map from activations to experts. */
        long linear() {
            return (long) width * experts;
        }
    }

    /** Returns the kind, as a recipe writes it. */
    default String kind() {
        return Objects.requireNonNull(getClass().getAnnotation(JsonTypeName.class), "every kind has its name")
                .value();
    }

    /** Refuses sizes that this kind cannot route; messages name the key. */
    default void check(Sizes sizes) {}

    /** Returns whether the weights of the chosen experts are divided by their sum where the sizes ask for it. */
    boolean normalises();

    /** Returns the number of trained parameters. */
    long parameterCount(Sizes sizes);

    /** Returns the number of weights that a token is multiplied with. */
    default long matmulWeights(Sizes sizes) {
        return parameterCount(sizes);
    }

    /** Makes the router. */
    Router build(Sizes sizes, Init init);

    /** Returns whether a language model may use it; a kind that did not say so would pass for one that may. */
    Causality causality();

    /** Returns whether gradients or a rule of its own change its choices. */
    boolean learns();

    /** Returns why a balance loss makes no sense with it, if so. */
    default Optional<String> againstBalanceLosses() {
        return Optional.empty();
    }

    /** Returns why a capacity makes no sense with it, if so. */
    default Optional<String> againstCapacity() {
        return Optional.empty();
    }

    /** Returns the names of the categories of documents that it wants to be told, most kinds none. */
    default List<String> categories() {
        return List.of();
    }
}
