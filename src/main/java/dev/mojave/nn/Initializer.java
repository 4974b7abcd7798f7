package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.nn.Parameter.Role;

/**
 * Which standard deviation an initial matrix is drawn with, {@code model.initializer} in a recipe. Every kind draws from a normal
 * distribution around 0; biases begin at 0 and norms at 1. Embeddings of tokens and positions, which are looked up and so have one
 * input whatever the vocabulary, routers, and the gates of shared experts begin at {@code initializer_range} under every kind (the weights
 * of a noisy router at 0), and so does a head that is tied to the embedding.
 */
public sealed interface Initializer {
    /**
     * Returns the standard deviation of a matrix that does not end in the residual stream.
     *
     * @param range {@code initializer_range}
     * @param role what the matrix is for
     * @param inputs its fan-in: the inputs that each of its outputs sums over
     */
    double deviation(double range, Role role, long inputs);

    /** Returns the factor on the deviation of projections that end in the residual stream: attention's output, the feed-forward's, the experts'. */
    double residualScale(int layers);

    /**
     * GPT-2's, the default: every matrix at {@code initializer_range}, residual projections at {@code initializer_range / sqrt(2 layers)}, so
     * that the variance of the residual stream does not grow with depth (Radford et al. 2019, section 2.3).
     */
    record Gpt2() implements Initializer {
        @Override
        public double deviation(double range, Role role, long inputs) {
            return range;
        }

        @Override
        public double residualScale(int layers) {
            return 1 / Math.sqrt(2.0 * layers);
        }
    }

    /** BERT's and LLaMA's in transformers: every matrix at {@code initializer_range}, residual projections too (arXiv 1810.04805). */
    record Normal() implements Initializer {
        @Override
        public double deviation(double range, Role role, long inputs) {
            return range;
        }

        @Override
        public double residualScale(int layers) {
            return 1;
        }
    }

    /**
     * By fan-in, so that what a layer puts out is as large in narrow models as in wide ones: {@code factor / sqrt(inputs)} for matrices of
     * blocks and experts, residual projections among them, and {@code factor / inputs} for a head of its own. These are the initial variances
     * of muP (arXiv 2203.03466, table 3: 1/fan-in for hidden weights, 1/fan-in^2 for output weights), without its learning rates per layer;
     * for hidden weights they are LeCun's (Efficient BackProp, 1998, section 4.6).
     *
     * @param factor on every deviation
     */
    record WidthScaled(@Default("1") double factor) implements Initializer {
        /** Checks the factor. */
        public WidthScaled {
            Check.that(factor > 0, "factor (%s) must be positive", factor);
        }

        @Override
        public double deviation(double range, Role role, long inputs) {
            return switch (role) {
                case MATRIX, EXPERTS -> factor / Math.sqrt((double) inputs);
                case HEAD -> factor / (double) inputs;
                case EMBEDDING, ROUTER, GATE, NORM, BIAS, BUFFER -> range;
            };
        }

        @Override
        public double residualScale(int layers) {
            return 1;
        }
    }
}
