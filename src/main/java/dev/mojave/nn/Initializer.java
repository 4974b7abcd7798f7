package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.nn.Parameter.Role;

/**
 * The standard deviations of a model's initial matrices: {@code model.initializer} in a recipe. Every kind draws from a normal
 * distribution with mean 0; biases start at 0 and norms at 1. Under every kind, the standard deviation is
 * {@code initializer_range} for token and position embeddings (which are looked up, so that their fan-in is 1 whatever the
 * vocabulary), for a head tied to the embedding, for routers and for the gates of shared experts. Both matrices of a noisy router
 * start at 0.
 */
public sealed interface Initializer {
    /**
     * Returns the standard deviation of a matrix, without {@link #residualScale}.
     *
     * @param range {@code initializer_range}
     * @param role role of the matrix
     * @param inputs fan-in: the number of inputs that each output sums over
     */
    double deviation(double range, Role role, long inputs);

    /**
     * Returns the factor on the standard deviation of projections into the residual stream: the outputs of attention,
     * feed-forward layers and experts.
     */
    double residualScale(int layers);

    /**
     * GPT-2's initialisation, the default: {@code initializer_range} for every matrix and
     * {@code initializer_range / sqrt(2 layers)} for residual projections, so that the variance of the residual stream does not
     * grow with depth (Radford et al. 2019, section 2.3).
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

    /**
     * The initialisation of BERT (arXiv 1810.04805), and of LLaMA in the transformers library: {@code initializer_range} for
     * every matrix, including residual projections.
     */
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
     * Initialisation by fan-in, so that a layer's outputs are as large in narrow models as in wide ones:
     * {@code factor / sqrt(inputs)} for matrices of blocks and experts, including residual projections, and
     * {@code factor / inputs} for an untied head. These are the initial variances of muP (arXiv 2203.03466, table 3: 1/fan-in for
     * hidden weights, 1/fan-in^2 for output weights), without its per-layer learning rates; for hidden weights they are LeCun's
     * (Efficient BackProp, 1998, section 4.6).
     *
     * @param factor multiplier of every standard deviation, positive
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
