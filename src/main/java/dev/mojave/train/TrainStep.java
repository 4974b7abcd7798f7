package dev.mojave.train;

import dev.mojave.base.Check;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.Loss;
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
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Forward and backward of one batch, in micro-batches: accumulated gradients of the cross-entropy equal the full batch's, also where
 * padding leaves some with fewer targets. A
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
        private final Optional<int[]> lengths;

        /**
         * Tokens with categories and padding.
         *
         * @param ids token ids (rows, S), row-major
         * @param targets the ids that follow, same shape
         * @param rows sequences
         * @param categories category of each token, same shape, 0 for none; absent where the data has none
         * @param categoryCount how many categories there are
         * @param lengths tokens of each row that are not padding; absent where none is
         */
        public Rows(
                int[] ids,
                int[] targets,
                int rows,
                Optional<int[]> categories,
                int categoryCount,
                Optional<int[]> lengths) {
            this.ids = ids;
            this.targets = targets;
            this.rows = rows;
            this.categories = categories;
            this.categoryCount = categoryCount;
            this.lengths = lengths;
        }

        /** Tokens without categories or padding. */
        public Rows(int[] ids, int[] targets, int rows) {
            this(ids, targets, rows, Optional.empty(), 0, Optional.empty());
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
                    categoryCount,
                    lengths.map(all -> Arrays.copyOfRange(all, from, from + count)));
        }

        /** Returns how many targets the loss counts. */
        private long counted() {
            return Arrays.stream(targets).filter(target -> target >= 0).count();
        }

        /** Returns the category of each token that is not padding. */
        private int[] categoriesOfReal() {
            int[] all = categories.orElse(new int[ids.length]);
            return lengths.isEmpty()
                    ? all
                    : IntStream.range(0, ids.length)
                            .filter(i -> i % length() < lengths.get()[i / length()])
                            .map(i -> all[i])
                            .toArray();
        }

        private Inputs inputs(boolean withCategories) {
            Inputs all = Inputs.of(Tensors.ofIds(ids, rows, length()), Tensors.ofIds(targets, rows, length()));
            Inputs inputs = lengths.map(real -> all.withLengths(real)).orElse(all);
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
     * @param losses the balance losses of a forward pass by name
     * @param observe whether to gather routing statistics, which costs a little
     */
    public Result run(Rows batch, Function<List<Routing>, Map<String, Weighted>> losses, boolean observe) {
        Check.that(
                batch.rows % microBatchSize == 0,
                "micro_batch_size (%d) must divide batch_size (%d)",
                microBatchSize,
                batch.rows);
        double counted = batch.counted();
        Sums sums = new Sums();
        for (int row = 0; row < batch.rows; row += microBatchSize) {
            Rows part = batch.part(row, microBatchSize);
            double fraction = part.counted() / counted;
            try (Scope _ = Scope.open()) {
                Loss output = model.loss(part.inputs(!model.spec().categories().isEmpty()), context);
                Tensor ce = output.crossEntropy();
                Tensor total = ce;
                for (Map.Entry<String, Weighted> entry :
                        losses.apply(output.routing()).entrySet()) {
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
                load.get(layer).add(routing.get(layer), part.categoriesOfReal());
            }
        }
    }
}
