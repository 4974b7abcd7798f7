package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.Arrays;
import java.util.Optional;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Sinkhorn router (S-BASE, arXiv 2202.01169, as computed by Megatron-LM): balance by optimal transport instead of a loss. With
 * {@code C = exp(x W^T)} and d1 = 1, {@code d0 = (1/T) / (C d1 + 1e-8)} and {@code d1 = (1/E) / (C^T d0 + 1e-8)} alternate until
 * d1 changes by less than 1e-4 on average; the experts of a token are the K largest entries in its row of {@code d0 C d1}. This
 * transport plan determines the choices but not the weights, which are {@code sigmoid(z)} for K = 1 and {@code softmax(z)}
 * otherwise, with z the logits; no gradient passes through the plan.
 *
 * <p>In training the plan depends on the whole batch, including later tokens; in evaluation the experts are those with the K
 * largest logits, which is causal. At most 100 rounds run on the host, in double precision, on {@code exp(z - max_e z)}, which
 * gives the same plan and cannot overflow.
 */
public final class SinkhornRouter implements Router {
    private static final double TOLERANCE = 1e-4;
    private static final double EPSILON = 1e-8;
    private static final int MOST_ROUNDS = 100;

    /** The kind {@code sinkhorn}; it has no options. */
    @JsonTypeName("sinkhorn")
    public record Spec() implements RouterSpec {
        @Override
        public boolean normalises() {
            return true;
        }

        @Override
        public boolean learns() {
            return true;
        }

        @Override
        public long parameterCount(Sizes sizes) {
            return sizes.linear();
        }

        @Override
        public SinkhornRouter build(Sizes sizes, Init init) {
            return new SinkhornRouter(sizes, init.matrix("weight", sizes.experts(), sizes.width()));
        }

        @Override
        public Causality causality() {
            return Causality.CAUSAL_IN_EVALUATION;
        }

        @Override
        public Optional<String> againstBalanceLosses() {
            return Optional.of("its transport plan already balances the load");
        }
    }

    /** A transport plan. */
    static final class Plan {
        private final double[] valuesTE;
        private final int rounds;

        private Plan(double[] valuesTE, int rounds) {
            this.valuesTE = valuesTE;
            this.rounds = rounds;
        }

        /** Returns the plan (T, E), row-major. Each column sums to 1/E, and each row to 1/T within the tolerance. */
        double[] valuesTE() {
            return valuesTE;
        }

        /** Returns the number of rounds until convergence. */
        int rounds() {
            return rounds;
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;

    private SinkhornRouter(RouterSpec.Sizes sizes, Tensor weightED) {
        this.sizes = sizes;
        this.weightED = weightED;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        return route(Gates.logits(xTD, weightED), sizes, context);
    }

    /** Routes by logits (T, E). */
    static Routing route(Tensor logitsTE, RouterSpec.Sizes sizes, Context context) {
        Tensor probabilitiesTE = SoftmaxKernel.apply(logitsTE);
        long[] chosen = context.training()
                ? best(plan(logitsTE.toFloats(), sizes.experts()).valuesTE(), sizes)
                : logitsTE.detach().topK(sizes.topK()).indices().toLongs();
        Tensor scoresTE = sizes.topK() == 1 ? logitsTE.sigmoid() : probabilitiesTE;
        Tensor weightsTK = scoresTE.gather(1, Tensors.of(chosen, logitsTE.size(0), sizes.topK()));
        return new Routing(
                logitsTE, probabilitiesTE, Gates.normalised(weightsTK, sizes), Gates.choices(chosen, logitsTE, sizes));
    }

    /** Alternates until the column scales d1 converge. */
    static Plan plan(float[] logitsTE, int experts) {
        int tokens = logitsTE.length / experts;
        double[] costTE = costs(logitsTE, experts);
        double[] d0 = new double[tokens];
        double[] d1 = new double[experts];
        Arrays.fill(d1, 1);
        int rounds = 0;
        double change = Double.POSITIVE_INFINITY;
        while (change > TOLERANCE && rounds < MOST_ROUNDS) {
            change = round(costTE, d0, d1);
            rounds++;
        }
        for (int token = 0; token < tokens; token++) {
            for (int expert = 0; expert < experts; expert++) {
                costTE[token * experts + expert] *= d0[token] * d1[expert];
            }
        }
        return new Plan(costTE, rounds);
    }

    private static double[] costs(float[] logitsTE, int experts) {
        double[] costs = new double[logitsTE.length];
        for (int row = 0; row < costs.length; row += experts) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + experts; i++) {
                largest = Math.max(largest, logitsTE[i]);
            }
            for (int i = row; i < row + experts; i++) {
                costs[i] = Math.exp(logitsTE[i] - largest);
            }
        }
        return costs;
    }

    /** Computes one round in place and returns the mean absolute change of d1. */
    private static double round(double[] costTE, double[] d0, double[] d1) {
        int experts = d1.length;
        double[] columns = new double[experts];
        for (int token = 0; token < d0.length; token++) {
            int row = token * experts;
            double sum = EPSILON;
            for (int expert = 0; expert < experts; expert++) {
                sum += costTE[row + expert] * d1[expert];
            }
            d0[token] = 1 / (d0.length * sum);
            for (int expert = 0; expert < experts; expert++) {
                columns[expert] += costTE[row + expert] * d0[token];
            }
        }
        double change = 0;
        for (int expert = 0; expert < experts; expert++) {
            double updated = 1 / (experts * (columns[expert] + EPSILON));
            change += Math.abs(updated - d1[expert]) / experts;
            d1[expert] = updated;
        }
        return change;
    }

    /** Returns the indices of the K largest values in each row, largest first; of equal values the first wins. */
    private static long[] best(double[] valuesTE, RouterSpec.Sizes sizes) {
        int experts = sizes.experts();
        int tokens = valuesTE.length / experts;
        long[] chosen = new long[tokens * sizes.topK()];
        for (int token = 0; token < tokens; token++) {
            double[] row = Arrays.copyOfRange(valuesTE, token * experts, (token + 1) * experts);
            for (int choice = 0; choice < sizes.topK(); choice++) {
                int best = 0;
                for (int expert = 1; expert < experts; expert++) {
                    best = row[expert] > row[best] ? expert : best;
                }
                row[best] = Double.NEGATIVE_INFINITY;
                chosen[token * sizes.topK() + choice] = best;
            }
        }
        return chosen;
    }
}
