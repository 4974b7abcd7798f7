package dev.mojave.moe;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.routing.Routing;

/**
 * How many tokens an expert takes, {@code ceil(factor * K * T / E)} of T tokens with K choices each (GShard, arXiv 2006.16668; Switch,
 * arXiv 2101.03961); what comes later is dropped and passes by through the residual.
 *
 * @param train factor in training
 * @param eval factor in evaluation and generation
 */
public record Capacity(
        @Default("1.25") double train, @Default("2.0") double eval) {
    /** Checks the signs. */
    public Capacity {
        Check.that(train > 0, "train (%s) must be positive; 1 is an equal share", train);
        Check.that(eval > 0, "eval (%s) must be positive; 1 is an equal share", eval);
    }

    /** Returns the tokens that an expert takes. */
    public long of(Routing routing, boolean training) {
        return tokens(training ? train : eval, routing.topK(), routing.tokens(), routing.experts());
    }

    /** Returns {@code ceil(factor * K * T / E)}, at least 1. */
    public static long tokens(double factor, int topK, int tokens, int experts) {
        return Math.max(1, (long) Math.ceil(factor * topK * tokens / experts));
    }
}
