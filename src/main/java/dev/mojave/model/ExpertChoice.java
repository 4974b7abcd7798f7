package dev.mojave.model;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.RouterSpec;

/**
 * Of how many experts a token uses how many, and how they are chosen: what every mixture says, whether its experts are feed-forwards, whole
 * blocks or projections. Its keys stand beside those of the section that has them.
 *
 * @param numExperts experts per layer
 * @param numExpertsPerTok experts that one token uses
 * @param normTopkProb whether the weights of the chosen experts are divided by their sum; routers without such weights (expert_choice,
 *     hash, uniform, soft) do not look at it
 * @param router how tokens choose
 * @param losses which balance losses join the training loss, and their coefficients
 */
public record ExpertChoice(
        int numExperts,
        int numExpertsPerTok,
        boolean normTopkProb,
        @Default("top_k") RouterSpec router,
        @Default("{}") Coefficients losses) {
    /** Checks every value, alone and together; a width of 1 stands in for the model's. */
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

    /** Returns what the router needs to know where its input has the given width. */
    RouterSpec.Sizes sizes(int width) {
        return new RouterSpec.Sizes(width, numExperts, numExpertsPerTok, normTopkProb);
    }
}
