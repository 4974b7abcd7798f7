package dev.mojave.model;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.RouterSpec;

/**
 * The number of experts, how many of them a token uses, and how they are chosen. Every mixture specifies these keys, whether its
 * experts are feed-forward layers, whole blocks or projections; they are part of the section that describes the mixture.
 *
 * @param numExperts number of experts per layer
 * @param numExpertsPerTok number of experts per token
 * @param normTopkProb whether the weights of the chosen experts are divided by their sum; routers without such weights
 *     (expert_choice, hash, uniform, soft) ignore it
 * @param router router specification
 * @param losses balance losses that are added to the training loss, with their coefficients
 */
public record ExpertChoice(
        int numExperts,
        int numExpertsPerTok,
        boolean normTopkProb,
        @Default("top_k") RouterSpec router,
        @Default("{}") Coefficients losses) {
    /** Checks the values and their combinations, with a width of 1 in place of the model's, which is not known here. */
    public ExpertChoice {
        router.check(new RouterSpec.Sizes(1, numExperts, numExpertsPerTok, normTopkProb));
        for (BalanceLoss loss : losses.schedules().keySet()) {
            boolean pointless = loss.balances() || !router.learns();
            Check.that(
                    !pointless || router.againstBalanceLosses().isEmpty(),
                    "losses.%s makes no sense with router %s: %s; remove it",
                    loss.key(),
                    router.kind(),
                    router.againstBalanceLosses().orElse(""));
        }
    }

    /** Returns the sizes of a router whose input has the given width. */
    RouterSpec.Sizes sizes(int width) {
        return new RouterSpec.Sizes(width, numExperts, numExpertsPerTok, normTopkProb);
    }
}
