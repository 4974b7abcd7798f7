package dev.mojave.moe;

import dev.mojave.base.Check;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

// Shapes: T tokens, E experts, K choices per token, L mixture layers.
/** The losses that keep routers balanced and their logits small: pure functions of routing. */
public final class BalanceLosses {
    private BalanceLosses() {}

    /**
     * Coefficients by name; 0 leaves a loss out.
     *
     * @param switchBalance of {@link #switchBalance}
     * @param mixtralBalance of {@link #mixtralBalance}
     * @param routerZ of {@link #routerZ}
     */
    public record Coefficients(double switchBalance, double mixtralBalance, double routerZ) {
        /** Checks the signs. */
        public Coefficients {
            Check.that(switchBalance >= 0, "losses.switch_balance (%s) must not be negative", switchBalance);
            Check.that(mixtralBalance >= 0, "losses.mixtral_balance (%s) must not be negative", mixtralBalance);
            Check.that(routerZ >= 0, "losses.router_z (%s) must not be negative", routerZ);
        }
    }

    /**
     * One loss of one batch.
     *
     * @param value unweighted, a float32 scalar
     * @param coefficient what it is multiplied by when it joins the training loss
     */
    public record Weighted(Tensor value, double coefficient) {}

    /** Returns every loss whose coefficient is not 0, by its name in the recipe, summed over layers as each paper sums it. */
    public static Map<String, Weighted> of(List<Routing> layers, Coefficients coefficients) {
        Map<String, Weighted> losses = new LinkedHashMap<>();
        if (layers.isEmpty()) {
            return losses;
        }
        if (coefficients.switchBalance > 0) {
            losses.put(
                    "switch_balance",
                    new Weighted(sum(layers, BalanceLosses::switchBalance), coefficients.switchBalance));
        }
        if (coefficients.mixtralBalance > 0) {
            losses.put("mixtral_balance", new Weighted(mixtralBalance(layers), coefficients.mixtralBalance));
        }
        if (coefficients.routerZ > 0) {
            losses.put("router_z", new Weighted(sum(layers, BalanceLosses::routerZ), coefficients.routerZ));
        }
        return losses;
    }

    /**
     * Switch balance of one layer, {@code E * sum_i f_i P_i}: f_i the fraction of tokens whose best choice is i, P_i the mean
     * probability of i over the T tokens. 1 when uniform, E when collapsed (arXiv 2101.03961, equation 4, without alpha; the
     * paper adds one such term a layer).
     */
    public static Tensor switchBalance(Routing routing) {
        Tensor fractionE = fractions(routing.choices().countOfBestChoice(), routing.tokens());
        return routing.probabilitiesTE().mean(0).mul(fractionE).sum().mul(routing.experts());
    }

    /**
     * Mixtral's balance as transformers computes it: tokens of all layers pooled, {@code E * sum_i f_i P_i} with f_i the number
     * of the K choices that name i per token, so that uniform gives K and collapse at most E (load_balancing_loss_func).
     */
    public static Tensor mixtralBalance(List<Routing> layers) {
        Routing first = layers.getFirst();
        long[] counts = new long[first.experts()];
        long tokens = 0;
        List<Tensor> probabilities = new ArrayList<>();
        for (Routing routing : layers) {
            long[] layerCounts = routing.choices().countOfExpert();
            for (int expert = 0; expert < counts.length; expert++) {
                counts[expert] += layerCounts[expert];
            }
            tokens += routing.tokens();
            probabilities.add(routing.probabilitiesTE());
        }
        Tensor pooledTE = probabilities.size() == 1 ? probabilities.getFirst() : Tensors.cat(probabilities, 0);
        return pooledTE.mean(0).mul(fractions(counts, tokens)).sum().mul(first.experts());
    }

    /**
     * Router z-loss of one layer, {@code (1/T) sum_t logsumexp(z_t)^2}: keeps router logits small (ST-MoE, arXiv 2202.08906,
     * equation 5).
     */
    public static Tensor routerZ(Routing routing) {
        return Functions.logSumExp(routing.logitsTE(), 1).square().mean();
    }

    private static Tensor sum(List<Routing> layers, java.util.function.Function<Routing, Tensor> loss) {
        return layers.stream().map(loss).reduce(Tensor::add).orElseThrow();
    }

    private static Tensor fractions(long[] counts, long total) {
        float[] fractions = new float[counts.length];
        for (int i = 0; i < counts.length; i++) {
            fractions[i] = (float) ((double) counts[i] / total);
        }
        return Tensors.of(fractions, counts.length);
    }
}
