package dev.mojave.train;

import dev.mojave.base.Check;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.MoeSpec;
import dev.mojave.model.Output;
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
     * @param load one a sparse layer; empty unless observed
     */
    public record Result(double loss, double crossEntropy, Map<String, Double> auxiliary, List<LoadStatistics> load) {}

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
     * @param ids token ids (rows, S), row-major
     * @param targets the ids that follow, same shape
     * @param observe whether to gather routing statistics, which costs a little
     */
    public Result run(int[] ids, int[] targets, int rows, boolean observe) {
        Check.that(
                rows % microBatchSize == 0, "micro_batch_size (%d) must divide batch_size (%d)", microBatchSize, rows);
        int length = ids.length / rows;
        double fraction = (double) microBatchSize / rows;
        double loss = 0;
        double crossEntropy = 0;
        Map<String, Double> auxiliary = new LinkedHashMap<>();
        List<LoadStatistics> load = new ArrayList<>();
        for (int row = 0; row < rows; row += microBatchSize) {
            int from = row * length;
            int to = (row + microBatchSize) * length;
            try (Scope _ = Scope.open()) {
                Output output = model.forward(
                        Inputs.of(
                                Tensors.ofIds(Arrays.copyOfRange(ids, from, to), microBatchSize, length),
                                Tensors.ofIds(Arrays.copyOfRange(targets, from, to), microBatchSize, length)),
                        context);
                Tensor ce = output.crossEntropy().orElseThrow();
                Tensor total = ce;
                for (Map.Entry<String, Weighted> entry : auxiliary(output).entrySet()) {
                    Weighted weighted = entry.getValue();
                    total = total.add(weighted.value().mul(weighted.coefficient()));
                    auxiliary.merge(entry.getKey(), weighted.value().item() * fraction, Double::sum);
                }
                (fraction == 1 ? total : total.mul(fraction)).backward();
                loss += total.item() * fraction;
                crossEntropy += ce.item() * fraction;
                if (observe) {
                    observe(output.routing(), load);
                }
            }
        }
        return new Result(loss, crossEntropy, auxiliary, load);
    }

    private Map<String, Weighted> auxiliary(Output output) {
        return model.spec()
                .mixture()
                .map(MoeSpec::losses)
                .map(coefficients -> BalanceLosses.of(output.routing(), coefficients))
                .orElse(Map.of());
    }

    private static void observe(List<Routing> routing, List<LoadStatistics> load) {
        for (int layer = 0; layer < routing.size(); layer++) {
            if (load.size() == layer) {
                load.add(new LoadStatistics(routing.get(layer).experts()));
            }
            load.get(layer).add(routing.get(layer));
        }
    }
}
