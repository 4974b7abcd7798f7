package dev.mojave.train;

import dev.mojave.base.Check;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Output;
import dev.mojave.moe.BalanceLoss;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.moe.BalanceLosses.Weighted;
import dev.mojave.moe.LoadStatistics;
import dev.mojave.moe.Routing;
import dev.mojave.nn.Context;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Forward and backward of one batch, in micro-batches: accumulated gradients of the cross-entropy equal the full batch's. A
 * balance loss is a function of its micro-batch's routing, so accumulation averages it over micro-batches.
 */
public final class TrainStep {
    /**
     * What one step showed, before the optimiser ran.
     *
     * @param loss cross-entropy plus weighted auxiliary losses, nats
     * @param crossEntropy nats per token
     * @param auxiliary every auxiliary loss by name, unweighted
     * @param wanted one a sparse layer: copies that wanted each expert, what its router adapts to
     * @param load one a sparse layer; empty unless observed
     */
    public record Result(
            double loss,
            double crossEntropy,
            Map<String, Double> auxiliary,
            List<long[]> wanted,
            List<LoadStatistics> load) {}

    /** What one step reads; the arrays are not copied. */
    public static final class Rows {
        private final int[] ids;
        private final int[] targets;
        private final int rows;
        private final Optional<int[]> categories;
        private final int categoryCount;

        /**
         * Tokens with categories.
         *
         * @param ids token ids (rows, S), row-major
         * @param targets the ids that follow, same shape
         * @param rows sequences
         * @param categories category of each token, same shape, 0 for none; absent where the data has none
         * @param categoryCount how many categories there are
         */
        public Rows(int[] ids, int[] targets, int rows, Optional<int[]> categories, int categoryCount) {
            this.ids = ids;
            this.targets = targets;
            this.rows = rows;
            this.categories = categories;
            this.categoryCount = categoryCount;
        }

        /** Tokens without categories. */
        public Rows(int[] ids, int[] targets, int rows) {
            this(ids, targets, rows, Optional.empty(), 0);
        }

        private int length() {
            return ids.length / rows;
        }

        private Rows part(int from, int count) {
            int start = from * length();
            int end = start + count * length();
            return new Rows(
                    Arrays.copyOfRange(ids, start, end),
                    Arrays.copyOfRange(targets, start, end),
                    count,
                    categories.map(all -> Arrays.copyOfRange(all, start, end)),
                    categoryCount);
        }

        private Inputs inputs(boolean withCategories) {
            Inputs inputs = Inputs.of(Tensors.ofIds(ids, rows, length()), Tensors.ofIds(targets, rows, length()));
            return withCategories && categories.isPresent()
                    ? inputs.withCategories(Tensors.ofIds(categories.get(), rows, length()))
                    : inputs;
        }
    }

    private final LanguageModel model;
    private final Context context;
    private final int microBatchSize;

    /** Steps a model; {@code microBatchSize} divides every batch's rows. */
    public TrainStep(LanguageModel model, Context context, int microBatchSize) {
        this.model = model;
        this.context = context;
        this.microBatchSize = microBatchSize;
    }

    /**
     * Adds the gradients of a batch to the parameters.
     *
     * @param coefficients of the balance losses at this step
     * @param observe whether to gather routing statistics, which costs a little
     */
    public Result run(Rows batch, Map<BalanceLoss, Double> coefficients, boolean observe) {
        Check.that(
                batch.rows % microBatchSize == 0,
                "micro_batch_size (%d) must divide batch_size (%d)",
                microBatchSize,
                batch.rows);
        double fraction = (double) microBatchSize / batch.rows;
        Sums sums = new Sums();
        for (int row = 0; row < batch.rows; row += microBatchSize) {
            Rows part = batch.part(row, microBatchSize);
            try (Scope _ = Scope.open()) {
                Output output =
                        model.forward(part.inputs(!model.spec().categories().isEmpty()), context);
                Tensor ce = output.crossEntropy().orElseThrow();
                Tensor total = ce;
                for (Map.Entry<String, Weighted> entry :
                        BalanceLosses.of(output.routing(), coefficients).entrySet()) {
                    Weighted weighted = entry.getValue();
                    total = total.add(weighted.value().mul(weighted.coefficient()));
                    sums.auxiliary.merge(entry.getKey(), weighted.value().item() * fraction, Double::sum);
                }
                (fraction == 1 ? total : total.mul(fraction)).backward();
                sums.loss += total.item() * fraction;
                sums.crossEntropy += ce.item() * fraction;
                sums.count(output.routing());
                if (observe) {
                    sums.observe(output.routing(), part);
                }
            }
        }
        return new Result(sums.loss, sums.crossEntropy, sums.auxiliary, sums.wanted, sums.load);
    }

    /** What micro-batches add up to. */
    private static final class Sums {
        private double loss;
        private double crossEntropy;
        private final Map<String, Double> auxiliary = new LinkedHashMap<>();
        private final List<long[]> wanted = new ArrayList<>();
        private final List<LoadStatistics> load = new ArrayList<>();

        void count(List<Routing> routing) {
            for (int layer = 0; layer < routing.size(); layer++) {
                long[] more = routing.get(layer).choices().wantedOfExpert();
                if (wanted.size() == layer) {
                    wanted.add(more);
                } else {
                    long[] sum = wanted.get(layer);
                    Arrays.setAll(sum, expert -> sum[expert] + more[expert]);
                }
            }
        }

        void observe(List<Routing> routing, Rows part) {
            for (int layer = 0; layer < routing.size(); layer++) {
                if (load.size() == layer) {
                    load.add(new LoadStatistics(routing.get(layer).experts(), part.categoryCount));
                }
                load.get(layer).add(routing.get(layer), part.categories.orElse(new int[part.ids.length]));
            }
        }
    }
}
