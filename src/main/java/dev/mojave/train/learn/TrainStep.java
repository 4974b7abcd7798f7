package dev.mojave.train.learn;

import dev.mojave.base.Check;
import dev.mojave.eval.Rows;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Loss;
import dev.mojave.moe.balance.BalanceLosses.Weighted;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.RoutingPool;
import dev.mojave.nn.Context;
import dev.mojave.optim.Gradients;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Forward and backward passes of one batch, in micro-batches. The accumulated gradients equal those of the full batch, even if
 * padding leaves some micro-batches with fewer targets or tokens, and regardless of which rank computes which micro-batch. The
 * cross-entropy is a mean over targets and the z-loss a mean over routed tokens. The other balance losses depend on the routing
 * of all tokens of the batch; while one of them is active, every micro-batch is read twice, first for the routers' decisions
 * only. (Routers whose choices depend on the other tokens of the batch, and capacity limits, still work per micro-batch.)
 */
final class TrainStep {
    private final LanguageModel model;
    private final Context context;
    private final int microBatchSize;
    private final long seed;
    private final Group group;

    /**
     * Creates the step of a model.
     *
     * @param microBatchSize sequences per micro-batch; divides the rows of every batch
     * @param seed seed of dropout, noise and jitter, combined with the step and the number of the micro-batch
     * @param group the processes whose ranks share the micro-batches of a batch equally
     */
    TrainStep(LanguageModel model, Context context, int microBatchSize, long seed, Group group) {
        this.model = model;
        this.context = context;
        this.microBatchSize = microBatchSize;
        this.seed = seed;
        this.group = group;
    }

    /**
     * Adds the gradients of a batch to the parameters.
     *
     * @param step step number, from 0; with {@code totalSteps} it determines the coefficients of balance losses
     * @param observe whether to collect routing statistics, at a small cost
     */
    Losses run(Rows batch, long step, long totalSteps, boolean observe) {
        Check.that(
                batch.rows() % microBatchSize == 0,
                "micro_batch_size (%d) must divide batch_size (%d)",
                microBatchSize,
                batch.rows());
        int parts = batch.rows() / microBatchSize;
        Check.that(
                parts % group.size() == 0,
                "the number of micro-batches per step must be a multiple of the %d ranks: batch_size (%d) / micro_batch_size (%d) is %d",
                group.size(),
                batch.rows(),
                microBatchSize,
                parts);
        Function<List<Routing>, Map<String, Weighted>> losses =
                routing -> model.spec().balanceLosses(routing, step, totalSteps);
        Sums sums = new Sums();
        if (parts == 1) {
            Rng.dropout().seed(seed, step, 0);
            whole(batch, losses, sums, observe);
        } else {
            boolean pools = model.spec().balancePoolsTokens(step, totalSteps);
            parts(batch, step, losses, pools, sums, observe);
            Gradients.sum(model.parameters(), group);
        }
        return new Losses(
                sums.loss, sums.crossEntropy, sums.auxiliary, sums.requested, List.copyOf(sums.load.values()));
    }

    private Loss loss(Rows rows) {
        return model.loss(inputs(rows), context);
    }

    private Inputs inputs(Rows rows) {
        return rows.inputs(!model.spec().categories().isEmpty());
    }

    private void whole(Rows batch, Function<List<Routing>, Map<String, Weighted>> losses, Sums sums, boolean observe) {
        try (Scope _ = Scope.open()) {
            Loss output = loss(batch);
            Map<String, Weighted> balance = losses.apply(output.routing());
            Tensor total = output.crossEntropy();
            List<Tensor> logged = new ArrayList<>(List.of(output.crossEntropy()));
            for (Weighted weighted : balance.values()) {
                total = total.add(weighted.value().mul(weighted.coefficient()));
                logged.add(weighted.value());
            }
            logged.add(total);
            total.backward();
            float[] values = values(logged);
            sums.crossEntropy = values[0];
            int next = 1;
            for (String name : balance.keySet()) {
                sums.auxiliary.put(name, (double) values[next++]);
            }
            sums.loss = values[next];
            sums.count(output.routing(), batch, observe);
        }
    }

    private void parts(
            Rows batch,
            long step,
            Function<List<Routing>, Map<String, Weighted>> losses,
            boolean poolsTokens,
            Sums sums,
            boolean observe) {
        int share = batch.rows() / microBatchSize / group.size();
        int first = group.rank() * share;
        List<Rows> parts = new ArrayList<>();
        for (int i = first; i < first + share; i++) {
            parts.add(batch.part(i * microBatchSize, microBatchSize));
        }
        double counted = batch.counted();
        double real = batch.real();
        try (Scope _ = Scope.open()) {
            Optional<RoutingPool> known = poolsTokens ? routing(parts, step, first) : Optional.empty();
            RoutingPool.Parts seen = new RoutingPool.Parts();
            List<Tensor> crossEntropies = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                Rows part = parts.get(i);
                int number = first + i;
                Rng.dropout().seed(seed, step, number);
                try (Scope scope = Scope.open()) {
                    Loss output = loss(part);
                    Map<String, Weighted> balance = losses.apply(known.map(pool -> pool.with(number, output.routing()))
                            .orElse(output.routing()));
                    if (known.isEmpty() && !balance.isEmpty()) {
                        seen.add(output.routing(), scope);
                    }
                    double weight = known.isEmpty() ? part.real() / real : 1;
                    backward(output, part.counted() / counted, balance, weight);
                    crossEntropies.add(scope.keep(output.crossEntropy().detach()));
                    sums.count(output.routing(), part, observe);
                }
            }
            float[] values = values(crossEntropies);
            for (int i = 0; i < values.length; i++) {
                double fraction = parts.get(i).counted() / counted;
                sums.crossEntropy += fraction > 0 ? values[i] * fraction : 0;
            }
            sums.sum(group);
            sums.loss = sums.crossEntropy;
            known.or(() -> seen.join(group))
                    .ifPresent(pool -> losses.apply(pool.whole()).forEach((name, weighted) -> {
                        double value = weighted.value().item();
                        sums.auxiliary.put(name, value);
                        sums.loss += value * weighted.coefficient();
                    }));
        }
    }

    /**
     * Returns the routers' decisions for all parts of the batch, computed with the random numbers that the training pass will
     * draw again.
     *
     * @param parts the parts of this rank
     * @param first number of the first part
     */
    private Optional<RoutingPool> routing(List<Rows> parts, long step, int first) {
        RoutingPool.Parts seen = new RoutingPool.Parts();
        for (int i = 0; i < parts.size(); i++) {
            Rng.dropout().seed(seed, step, first + i);
            try (Scope scope = Scope.open()) {
                seen.add(model.routing(inputs(parts.get(i)), context), scope);
            }
        }
        return seen.join(group);
    }

    /**
     * Adds the gradients of a part of a batch.
     *
     * @param fraction fraction of the batch's targets that are in this part
     * @param weight factor of the part's balance losses
     */
    private static void backward(Loss output, double fraction, Map<String, Weighted> balance, double weight) {
        List<Tensor> terms = new ArrayList<>();
        if (fraction > 0) { // A mean over no targets is NaN.
            terms.add(output.crossEntropy().mul(fraction));
        }
        for (Weighted weighted : balance.values()) {
            if (weighted.coefficient() != 0) {
                terms.add(weighted.value().mul(weighted.coefficient() * weight));
            }
        }
        terms.stream().reduce(Tensor::add).filter(Tensor::requiresGrad).ifPresent(Tensor::backward);
    }

    /** Copies scalars to the host in one transfer: reading them one by one would wait for the device each time. */
    private static float[] values(List<Tensor> scalars) {
        return Tensors.stack(scalars.stream().map(Tensor::detach).toList(), 0).toFloats();
    }

    /** Sums over micro-batches. */
    private static final class Sums {
        private double loss;
        private double crossEntropy;
        private final Map<String, Double> auxiliary = new LinkedHashMap<>();
        private final List<long[]> requested = new ArrayList<>();
        private final Map<Mixture, LoadStatistics> load = new LinkedHashMap<>();

        void count(List<Routing> routing, Rows rows, boolean observe) {
            if (observe) {
                observe(routing, rows);
            }
            for (int layer = 0; layer < routing.size(); layer++) {
                long[] more = routing.get(layer).choices().requestedOfExpert();
                if (requested.size() == layer) {
                    requested.add(more);
                } else {
                    long[] sum = requested.get(layer);
                    Arrays.setAll(sum, expert -> sum[expert] + more[expert]);
                }
            }
        }

        void sum(Group group) {
            crossEntropy = group.sum(new double[] {crossEntropy})[0];
            requested.replaceAll(group::sum);
            load.values().forEach(one -> one.sum(group));
        }

        private void observe(List<Routing> routing, Rows part) {
            for (Routing one : routing) {
                load.computeIfAbsent(
                                one.mixture(),
                                mixture -> new LoadStatistics(mixture, one.experts(), part.categoryCount()))
                        .add(one, part.categoriesOfReal());
            }
        }
    }
}
