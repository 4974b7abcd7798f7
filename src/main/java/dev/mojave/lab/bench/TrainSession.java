package dev.mojave.lab.bench;

import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Coefficient;
import dev.mojave.nn.Context;
import dev.mojave.optim.AdamW;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.train.learn.Learner;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Runs training steps as the trainer does: forward, backward, clipping at norm 1, AdamW. Every step uses the same random tokens,
 * so that reading data costs nothing.
 */
final class TrainSession implements Session {
    private static final double LEARNING_RATE = 1e-3;
    private static final double CLIP = 1;
    /** The JIT compiler needs some seconds; the first steps are not representative in PyTorch either. */
    private static final int WARM_UP_STEPS = 3;

    private static final double WARM_UP_SECONDS = 6;

    private final LanguageModel model;
    private final Learner learner;
    private final Rows batch;

    TrainSession(Workload workload, EngineChoice engine) {
        model = LanguageModel.build(workload.model(), 0);
        learner = new Learner(
                model,
                new Context(true, engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32),
                new Learner.Spec(
                        new AdamW.Spec(List.of(0.9, 0.99), 1e-8, 0.1),
                        new Coefficient.Constant(LEARNING_RATE),
                        CLIP,
                        workload.batch(),
                        1,
                        0),
                Group.ALONE);
        SplittableRandom random = new SplittableRandom(0);
        int tokens = (int) workload.tokens();
        int vocabulary = workload.model().vocabSize();
        int categories = workload.model().categories().size();
        batch = new Rows(
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
        learner.step(batch, false);
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        learner.close();
        model.close();
    }
}
