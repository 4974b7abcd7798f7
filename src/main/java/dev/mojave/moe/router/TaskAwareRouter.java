package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.HashSet;
import java.util.List;

// Shapes: T tokens, D model width, E experts, G categories.
/**
 * Task-aware routing: the router reads the category of a token's text. Its logits are {@code z = (x + e_g) W^T} with a learned
 * embedding e_g of the category g of the token's document; the rest is as in {@link TopKRouter}, and the experts read x alone. It
 * follows the idea of task-level routing (Kudugunta et al. 2021, arXiv 2110.03742), but tokens of one category may still choose
 * different experts; the definition is Mojave's own.
 *
 * <p>Embeddings start at zero, so that the router starts as a plain top-k router; the embedding of tokens without a category
 * (generation, other data) is always zero.
 */
public final class TaskAwareRouter implements Router {
    /**
     * The kind {@code task_aware}.
     *
     * @param categories names of the categories in the data
     */
    @JsonTypeName("task_aware")
    public record Spec(@Default("[]") List<String> categories) implements RouterSpec {
        /** Checks that there are categories and that none occurs twice. */
        public Spec {
            Check.that(
                    !categories.isEmpty(),
                    "task-aware routing needs categories: the names of the document categories in the data, for example"
                            + " [noun, verb, adjective, adverb] in the data set embedded; 'mojave data show' lists them");
            Check.that(
                    new HashSet<>(categories).size() == categories.size(),
                    "categories %s contains the same name twice",
                    categories);
            categories = List.copyOf(categories);
        }

        @Override
        public boolean normalises() {
            return true;
        }

        @Override
        public Causality causality() {
            return Causality.CAUSAL;
        }

        @Override
        public boolean learns() {
            return true;
        }

        @Override
        public long parameterCount(Sizes sizes) {
            return sizes.linear() + categories.size() * (long) sizes.width();
        }

        @Override
        public long matmulWeights(Sizes sizes) {
            return sizes.linear();
        }

        @Override
        public TaskAwareRouter build(Sizes sizes, Init init) {
            return new TaskAwareRouter(
                    sizes,
                    init.matrix("weight", sizes.experts(), sizes.width()),
                    init.child("categories").zeros("weight", categories.size(), sizes.width()));
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;
    private final Tensor categoriesGD;

    private TaskAwareRouter(RouterSpec.Sizes sizes, Tensor weightED, Tensor categoriesGD) {
        this.sizes = sizes;
        this.weightED = weightED;
        this.categoriesGD = categoriesGD;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        // The part of the logits that depends on the category: a row of zeros for no category, then (G, E).
        Tensor ofCategoryGE = Functions.linear(categoriesGD, weightED);
        Tensor withNoneGE = Tensors.cat(List.of(Tensors.zeros(DType.FLOAT32, 1, sizes.experts()), ofCategoryGE), 0);
        Tensor logitsTE = Gates.logits(xTD, weightED).add(Functions.embedding(withNoneGE, tokens.categoriesT()));
        return Gates.best(logitsTE, SoftmaxKernel.apply(logitsTE), sizes);
    }
}
