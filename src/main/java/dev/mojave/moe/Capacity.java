package dev.mojave.moe;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.routing.Routing;

/**
 * The capacity of an expert: the maximum number of tokens that it processes, {@code ceil(factor * K * T / E)} for T tokens with K
 * choices each (GShard, arXiv 2006.16668; Switch, arXiv 2101.03961). Later tokens are dropped and only pass through the residual
 * connection.
 *
 * @param train capacity factor in training, positive
 * @param eval capacity factor in evaluation and generation, positive
 */
public record Capacity(
        @Default("1.25") double train, @Default("2.0") double eval) {
    /** Checks the signs. */
    public Capacity {
        Check.that(train > 0, "train (%s) must be positive; 1 is an equal share", train);
        Check.that(eval > 0, "eval (%s) must be positive; 1 is an equal share", eval);
    }

    /** Returns the maximum number of tokens per expert. */
    public long of(Routing routing, boolean training) {
        return tokens(training ? train : eval, routing.topK(), routing.tokens(), routing.experts());
    }

    /** Returns {@code ceil(factor * K * T / E)}, at least 1. */
    public static long tokens(double factor, int topK, int tokens, int experts) {
        return Math.max(1, (long) Math.ceil(factor * topK * tokens / experts));
    }
}
