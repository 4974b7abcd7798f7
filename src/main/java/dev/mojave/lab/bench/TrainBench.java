package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.result.BenchResult;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.tensor.engine.ProcessMemory;
import dev.mojave.train.AdamW;
import dev.mojave.train.Gradients;
import dev.mojave.train.TrainStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Measures whole training steps as the trainer makes them: forward, backward, clipping at norm 1, AdamW. Random tokens, so that
 * reading data costs nothing. Steps before the JIT compiler is done are left out, as PyTorch's first steps are by its peers' programs.
 */
public final class TrainBench {
    private static final double LEARNING_RATE = 1e-3;
    private static final double CLIP = 1;
    private static final int WARM_UP_STEPS = 3;
    private static final double WARM_UP_SECONDS = 6;

    /**
     * What to measure.
     *
     * @param shape the model
     * @param batch sequences in a step
     * @param steps measured steps, of which the median counts
     */
    public record Spec(Shape shape, int batch, int steps) {
        /** Checks the counts. */
        public Spec {
            Check.that(batch >= 1, "--batch (%d) must be at least 1", batch);
            Check.that(steps >= 1, "--steps (%d) must be at least 1", steps);
        }
    }

    private TrainBench() {}

    /** Measures; a few seconds to a minute. */
    public static BenchResult run(Spec spec, EngineChoice engine, Progress progress) {
        DType compute = engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32;
        ProcessMemory.resetPeak();
        double ceiling = MatmulCeiling.measure(compute);
        double seconds;
        try (LanguageModel model = LanguageModel.build(spec.shape().spec(), 0);
                AdamW optimizer = new AdamW(new AdamW.Spec(0.9, 0.99, 1e-8, 0.1), model.parameters())) {
            seconds = median(steps(spec, model, optimizer, new Context(true, compute), progress));
        }
        // The machine's speed drifts when others use it: the ceiling is the better of before and after.
        ceiling = Math.max(ceiling, MatmulCeiling.measure(compute));
        double tokens = (double) spec.batch() * spec.shape().context();
        double flops = tokens * spec.shape().spec().counts().flopsPerToken() / seconds;
        return new BenchResult(
                "train " + spec.shape() + ", batch " + spec.batch(),
                tokens / seconds,
                seconds,
                flops / 1e9,
                flops / ceiling,
                ProcessMemory.peakBytes(),
                engine.precision(),
                engine.blas());
    }

    private static List<Double> steps(
            Spec spec, LanguageModel model, AdamW optimizer, Context context, Progress progress) {
        SplittableRandom random = new SplittableRandom(0);
        int tokens = spec.batch() * spec.shape().context();
        int[] ids = random.ints(tokens, 0, spec.shape().vocabulary()).toArray();
        int[] targets = random.ints(tokens, 0, spec.shape().vocabulary()).toArray();
        TrainStep step = new TrainStep(model, context, spec.batch());
        List<Double> seconds = new ArrayList<>();
        long begin = System.nanoTime();
        int warmUp = 0;
        progress.start("measuring", spec.steps(), "steps");
        while (seconds.size() < spec.steps()) {
            long start = System.nanoTime();
            step.run(ids, targets, spec.batch(), false);
            double norm = Gradients.norm(model.parameters());
            optimizer.step(LEARNING_RATE, Gradients.clipScale(norm, CLIP));
            Gradients.clear(model.parameters());
            double time = (System.nanoTime() - start) / 1e9;
            if (warmUp < WARM_UP_STEPS || (start - begin) / 1e9 < WARM_UP_SECONDS) {
                warmUp++;
            } else {
                seconds.add(time);
                progress.update(seconds.size(), String.format(Locale.ROOT, "%.1f ms", time * 1e3));
            }
        }
        progress.finish("");
        return seconds;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
