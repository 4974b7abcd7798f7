package dev.mojave.lab.bench;

import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.train.AdamW;
import dev.mojave.train.Gradients;
import dev.mojave.train.TrainStep;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Training steps as the trainer makes them: forward, backward, clipping at norm 1, AdamW. Random tokens, the same in every step, so
 * that reading data costs nothing.
 */
final class TrainSession implements Session {
    private static final double LEARNING_RATE = 1e-3;
    private static final double CLIP = 1;
    /** The JIT compiler needs seconds; PyTorch's first steps, too, are no measure of the others. */
    private static final int WARM_UP_STEPS = 3;

    private static final double WARM_UP_SECONDS = 6;

    private final LanguageModel model;
    private final AdamW optimizer;
    private final TrainStep step;
    private final Context context;
    private final TrainStep.Rows batch;

    TrainSession(Workload workload, EngineChoice engine) {
        model = LanguageModel.build(workload.model(), 0);
        optimizer = new AdamW(new AdamW.Spec(0.9, 0.99, 1e-8, 0.1), model.parameters());
        context = new Context(true, engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32);
        step = new TrainStep(model, context, workload.batch());
        SplittableRandom random = new SplittableRandom(0);
        int tokens = (int) workload.tokens();
        int vocabulary = workload.model().vocabSize();
        int categories = workload.model().categories().size();
        batch = new TrainStep.Rows(
                random.ints(tokens, 0, vocabulary).toArray(),
                random.ints(tokens, 0, vocabulary).toArray(),
                workload.batch(),
                Optional.of(categories)
                        .filter(count -> count > 0)
                        .map(count -> random.ints(tokens, 0, count + 1).toArray()),
                categories,
                Optional.empty());
    }

    @Override
    public void warmUp() {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM_UP_STEPS || (System.nanoTime() - begin) / 1e9 < WARM_UP_SECONDS; i++) {
            step();
        }
    }

    @Override
    public double step() {
        long start = System.nanoTime();
        TrainStep.Result result = step.run(batch, 0, 1, false);
        double norm = Gradients.norm(model.parameters());
        optimizer.step(LEARNING_RATE, Gradients.clipScale(norm, CLIP));
        Gradients.clear(model.parameters());
        model.afterStep(result.wanted(), context);
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
    }
}
