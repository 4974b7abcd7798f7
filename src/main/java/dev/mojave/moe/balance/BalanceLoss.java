package dev.mojave.moe.balance;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The balance losses by their names in a recipe, each over all mixtures of a model; {@link BalanceLosses} defines the formulas. */
public enum BalanceLoss {
    /** {@link BalanceLosses#switchBalance}, one term per layer, summed. */
    SWITCH_BALANCE,
    /** {@link BalanceLosses#mixtralBalance}, over the pooled tokens of all layers. */
    MIXTRAL_BALANCE,
    /** {@link BalanceLosses#megatronBalance}, over the pooled tokens of all layers. */
    MEGATRON_BALANCE,
    /** {@link BalanceLosses#routerZ}, one term per layer, summed. */
    ROUTER_Z,
    /** {@link BalanceLosses#entropyBalance}, one term per layer, summed. */
    ENTROPY_BALANCE,
    /** {@link BalanceLosses#entropyPaperSign}, one term per layer, summed. */
    ENTROPY_PAPER_SIGN,
    /** {@link BalanceLosses#importanceLoad}, one term per layer, summed. */
    IMPORTANCE_LOAD;

    /** Returns the name in recipes and logs. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether the loss balances the load; otherwise it only keeps logits small. */
    public boolean balances() {
        return switch (this) {
            case SWITCH_BALANCE,
                    MIXTRAL_BALANCE,
                    MEGATRON_BALANCE,
                    ENTROPY_BALANCE,
                    ENTROPY_PAPER_SIGN,
                    IMPORTANCE_LOAD -> true;
            case ROUTER_Z -> false;
        };
    }

    /** Returns whether the loss is a mean of independent terms per token, which parts of a batch can compute separately. */
    public boolean isMeanOverTokens() {
        return switch (this) {
            case ROUTER_Z -> true;
            case SWITCH_BALANCE,
                    MIXTRAL_BALANCE,
                    MEGATRON_BALANCE,
                    ENTROPY_BALANCE,
                    ENTROPY_PAPER_SIGN,
                    IMPORTANCE_LOAD -> false;
        };
    }

    /** Returns the unweighted loss of at least one layer, a float32 scalar; 0 if no token was routed. */
    public Tensor of(List<Routing> layers) {
        if (layers.getFirst().tokens() == 0) {
            return summed(layers, routing -> routing.probabilitiesTE().sum()); // A mean over no tokens would be NaN.
        }
        return switch (this) {
            case SWITCH_BALANCE -> summed(layers, BalanceLosses::switchBalance);
            case MIXTRAL_BALANCE -> BalanceLosses.mixtralBalance(layers);
            case MEGATRON_BALANCE -> BalanceLosses.megatronBalance(layers);
            case ROUTER_Z -> summed(layers, BalanceLosses::routerZ);
            case ENTROPY_BALANCE -> summed(layers, BalanceLosses::entropyBalance);
            case ENTROPY_PAPER_SIGN -> summed(layers, BalanceLosses::entropyPaperSign);
            case IMPORTANCE_LOAD -> summed(layers, BalanceLosses::importanceLoad);
        };
    }

    private static Tensor summed(List<Routing> layers, Function<Routing, Tensor> ofLayer) {
        return layers.stream().map(ofLayer).reduce(Tensor::add).orElseThrow();
    }
}
