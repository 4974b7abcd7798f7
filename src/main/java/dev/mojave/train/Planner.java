package dev.mojave.train;

import dev.mojave.base.Progress;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import dev.mojave.result.PlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.TrainSpec;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.machine.MachineInfo;

/**
 * Predicts the step time and peak memory of a run by measuring its model with few layers: since blocks are alike, both grow
 * linearly with their number. It measures a few real steps and one pass of an evaluation, at the recipe's width, context and
 * micro-batch size.
 */
public final class Planner {
    private static final double WARM_UP_SECONDS = 3;

    private final Recipe recipe;
    private final StepCost.Measurer measurer;
    private final Progress progress;

    private Planner(Recipe recipe, EngineChoice engine, Progress progress) {
        this.recipe = recipe;
        this.measurer = new StepCost.Measurer(recipe, engine);
        this.progress = progress;
    }

    /** Predicts the cost of a run. Takes some seconds, and the memory of a model with few layers. */
    public static PlanResult plan(Recipe recipe, PreparedData data, EngineChoice engine, Progress progress) {
        ModelSpec model = recipe.model();
        TrainSpec train = recipe.train();
        StepCost cost = new Planner(recipe, engine, progress).cost();
        int microBatches = train.batchSize() / train.microBatchSize();
        double step = microBatches * cost.microBatch() + cost.update();
        long steps = TotalSteps.of(train, data.train(), data.cut(model.maxPositionEmbeddings()));
        ModelCounts counts = model.counts();
        return new PlanResult(
                counts.total(),
                counts.active(),
                counts.flopsPerToken(),
                steps,
                step,
                steps * step,
                Math.round(cost.peak()),
                MachineInfo.detect().memoryBytes());
    }

    private StepCost cost() {
        ModelSpec model = recipe.model();
        int layers = model.numHiddenLayers();
        int period =
                model.mixture().map(moe -> moe.placement().decoderSparseStep()).orElse(1);
        // The full layers around parallel layers are kept.
        int few = model.parallelBlocks()
                        .map(parallel -> 2 * parallel.fullLayers())
                        .orElse(0)
                + period;
        progress.start("measuring", 3, "models");
        measurer.measure(Math.min(layers, few), WARM_UP_SECONDS);
        progress.update(1, "");
        StepCost result;
        if (layers <= few + period) {
            result = measurer.measure(layers, 0);
        } else {
            StepCost ofFew = measurer.measure(few, 0);
            progress.update(2, "");
            StepCost ofMore = measurer.measure(few + period, 0);
            result = StepCost.extrapolated(ofFew, few, ofMore, few + period, layers);
        }
        progress.finish("");
        return result;
    }
}
