package dev.mojave.train;

import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Coefficient;
import dev.mojave.nn.Context;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.TrainSpec;
import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import dev.mojave.train.learn.Learner;
import dev.mojave.train.learn.Losses;
import dev.mojave.train.listen.Evaluation;
import java.util.SplittableRandom;

/** The cost of training steps: seconds per micro-batch, seconds per optimiser update, and peak resident memory in bytes. */
record StepCost(double microBatch, double update, double peak) {
    /** Returns the cost of a model with {@code layers} layers, extrapolated linearly from two smaller numbers of layers. */
    static StepCost extrapolated(StepCost few, int fewLayers, StepCost more, int moreLayers, int layers) {
        double factor = (double) (layers - moreLayers) / (moreLayers - fewLayers);
        return new StepCost(
                more.microBatch + factor * Math.max(0, more.microBatch - few.microBatch),
                more.update + factor * Math.max(0, more.update - few.update),
                more.peak + factor * Math.max(0, more.peak - few.peak));
    }

    /** Measures a recipe's model with few layers, in a few real steps and one pass of an evaluation. */
    static final class Measurer {
        private static final int STEPS = 4;

        private final Recipe recipe;
        private final TrainSpec train;
        private final Context context;

        Measurer(Recipe recipe, EngineChoice engine) {
            this.recipe = recipe;
            this.train = recipe.train();
            this.context = TrainJob.context(train, engine);
        }

        /**
         * Trains for at least {@value #STEPS} steps and at least this many seconds. The fastest step counts, since the first ones
         * include JIT compilation.
         */
        StepCost measure(int layers, double seconds) {
            ModelSpec spec = recipe.model().withLayers(layers);
            // If a step routes all micro-batches before the first backward pass, a micro-batch among several costs more
            // than a single one.
            int parts = train.batchSize() > train.microBatchSize() && spec.balancePoolsTokens(0, 1) ? 2 : 1;
            int rows = parts * train.microBatchSize();
            int[] ids = ids(spec, rows);
            Rows batch = new Rows(ids, ids, rows);
            // Frees memory of the previous model, perhaps that of another arm of a study.
            Buffers.trim();
            ProcessMemory.giveBackFreed();
            ProcessMemory.resetPeak();
            try (LanguageModel model = LanguageModel.build(spec, train.seed());
                    Learner learner = new Learner(model, context, learning(), Group.ALONE)) {
                double fastestBatch = Double.POSITIVE_INFINITY;
                double fastestUpdate = Double.POSITIVE_INFINITY;
                long begin = System.nanoTime();
                for (int i = 0; i < STEPS || (System.nanoTime() - begin) / 1e9 < seconds; i++) {
                    long start = System.nanoTime();
                    Losses losses = learner.gradient(batch, false);
                    long computed = System.nanoTime();
                    learner.update(losses);
                    fastestBatch = Math.min(fastestBatch, (computed - start) / 1e9 / parts);
                    fastestUpdate = Math.min(fastestUpdate, (System.nanoTime() - computed) / 1e9);
                }
                evaluate(model, Evaluation.rows(recipe.model(), train));
                return new StepCost(fastestBatch, fastestUpdate, ProcessMemory.peakBytes());
            }
        }

        /** Returns the recipe's settings with a learning rate of 0, so that random tokens do not change the weights. */
        private Learner.Spec learning() {
            return new Learner.Spec(
                    train.optimizer(),
                    new Coefficient.Constant(0),
                    train.gradientClip(),
                    train.microBatchSize(),
                    1,
                    train.seed());
        }

        private static int[] ids(ModelSpec spec, int rows) {
            return new SplittableRandom(0)
                    .ints((long) rows * spec.maxPositionEmbeddings(), 0, spec.vocabSize())
                    .toArray();
        }

        /** Runs one forward pass as an evaluation does. */
        private static void evaluate(LanguageModel model, int rows) {
            int[] ids = ids(model.spec(), rows);
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open()) {
                double loss = model.forward(new Rows(ids, ids, rows).inputs(false), Context.EVALUATION)
                        .crossEntropy()
                        .orElseThrow()
                        .item();
                assert Double.isFinite(loss);
            }
        }
    }
}
