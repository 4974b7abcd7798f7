package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.nn.Init;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Specification of a router, {@code moe.router} in a recipe: a kind and its options, if it has any. Each alternative is the
 * {@code Spec} of a router in this package.
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
    /** Whether the routing of a token may depend on later tokens. */
    enum Causality {
        /** It never does, so that language models can use the router. */
        CAUSAL,
        /** It does only in training, where a choice depends on the whole batch; evaluation and generation are causal. */
        CAUSAL_IN_EVALUATION,
        /** It always does, so that the losses of a language model with this router are too low. */
        NOT_CAUSAL
    }

    /**
     * The sizes of a router.
     *
     * @param width width D of the activations
     * @param experts number of experts E
     * @param topK number of experts K per token
     * @param renormalize whether the weights of the chosen experts are divided by their sum
     */
    record Sizes(int width, int experts, int topK, boolean renormalize) {
        /** Checks that K experts can be chosen. */
        public Sizes {
            Check.that(experts >= 1, "num_experts (%d) must be at least 1", experts);
            Check.that(
                    1 <= topK && topK <= experts,
                    "num_experts_per_tok (%d) must be between 1 and num_experts (%d)",
                    topK,
                    experts);
        }

        /** Returns the number of weights of one linear map from activations to logits. */
        long linear() {
            return (long) width * experts;
        }
    }

    /** Returns the kind's name in a recipe. */
    default String kind() {
        return Objects.requireNonNull(getClass().getAnnotation(JsonTypeName.class), "every kind has a @JsonTypeName")
                .value();
    }

    /** Checks the sizes for this kind of router; messages name the key. */
    default void check(Sizes sizes) {}

    /** Returns whether this kind divides the weights of the chosen experts by their sum if the sizes request it. */
    boolean normalises();

    /** Returns the number of trained parameters. */
    long parameterCount(Sizes sizes);

    /** Returns the number of weights in the matrix products of one token. */
    default long matmulWeights(Sizes sizes) {
        return parameterCount(sizes);
    }

    /** Builds the router. */
    Router build(Sizes sizes, Init init);

    /**
     * Returns whether the routing of a token may depend on later tokens. There is no default, so that a new kind cannot pass for
     * a causal one by omission.
     */
    Causality causality();

    /** Returns whether training changes the choices, by gradients or by another rule. */
    boolean learns();

    /** Returns why a balance loss makes no sense with this kind; empty if it does. */
    default Optional<String> againstBalanceLosses() {
        return Optional.empty();
    }

    /** Returns why a capacity makes no sense with this kind; empty if it does. */
    default Optional<String> againstCapacity() {
        return Optional.empty();
    }

    /** Returns the names of the document categories that the router reads; most kinds read none. */
    default List<String> categories() {
        return List.of();
    }
}
