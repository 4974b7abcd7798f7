package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.nn.Context;
import dev.mojave.result.bench.KernelSpeeds;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.calibration.Measurement;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Measures the machine's ceilings, and every fused kernel against its reference implementation in libtorch operations. The two
 * take turns, so that anything that slows the machine down affects both; each ceiling is the better of one measurement before and
 * one after.
 */
public final class KernelBench {
    /** Elements of the largest arrays: more than fit into the caches. */
    private static final long OPTIMIZED = 32L << 20;

    /** Every kernel needs some seconds until the JIT compiler is done; otherwise compilation would be measured. */
    private static final double WARM_UP_SECONDS = 12;

    private static final double SETTLE_SECONDS = 0.25;

    private final Shape shape;
    private final int batch;
    private final double warmUpSeconds;
    private final EngineChoice fused;
    private final EngineChoice plain;
    private Measurement matmul = new Measurement(List.of(), null);
    private Measurement halfMatmul = matmul;
    private double copy;
    private double read;

    private KernelBench(Shape shape, int batch, double warmUpSeconds, EngineChoice engine) {
        this.shape = shape;
        this.batch = batch;
        this.warmUpSeconds = warmUpSeconds;
        this.fused = engine;
        EngineRequest asked = EngineRequest.of(engine);
        this.plain = Engine.configure(
                new EngineRequest(asked.device(), asked.precision(), asked.blas(), asked.threads(), "plain"),
                Progress.SILENT);
        Engine.pin(engine);
    }

    /**
     * Runs the benchmark; takes about a minute.
     *
     * @param shape heads, width, context and vocabulary are used
     * @param batch sequences per batch
     * @param steps rounds after the warm-up; the median is reported
     * @param engine the configured engine, with fused kernels
     */
    public static KernelSpeeds run(Shape shape, int batch, int steps, EngineChoice engine, Progress progress) {
        return run(shape, batch, OPTIMIZED, WARM_UP_SECONDS, steps, engine, progress);
    }

    static KernelSpeeds run(
            Shape shape,
            int batch,
            long optimized,
            double warmUpSeconds,
            int steps,
            EngineChoice engine,
            Progress progress) {
        Check.that(steps >= 1, "--steps (%d) must be at least 1", steps);
        Check.that(batch >= 1, "--batch (%d) must be at least 1", batch);
        Check.that(
                engine.kernels().equals("fused"),
                "this benchmark compares fused kernels with plain ones, but the engine has only plain ones; set --kernels auto and"
                        + " start Java with --add-modules jdk.incubator.vector");
        return new KernelBench(shape, batch, warmUpSeconds, engine).measure(optimized, steps, progress);
    }

    private KernelSpeeds measure(long optimized, int steps, Progress progress) {
        try (Scope _ = Scope.open()) {
            Context context = new Context(true, fused.mixed() ? DType.BFLOAT16 : DType.FLOAT32);
            List<KernelTask> tasks = KernelTask.of(shape, batch, optimized, context);
            List<List<Double>> ours = new ArrayList<>();
            List<List<Double>> references = new ArrayList<>();
            tasks.forEach(_ -> {
                ours.add(new ArrayList<>());
                references.add(new ArrayList<>());
            });
            ceilings(optimized);
            progress.start("measuring", steps, "rounds");
            warmUp(tasks);
            for (int round = 1; round <= steps; round++) {
                turn(fused, tasks, ours);
                turn(plain, tasks, references);
                progress.update(round, "");
            }
            progress.finish("");
            ceilings(optimized);
            List<KernelSpeeds.Kernel> kernels = new ArrayList<>();
            for (int i = 0; i < tasks.size(); i++) {
                kernels.add(kernel(tasks.get(i), Ratio.median(ours.get(i)), Ratio.median(references.get(i))));
            }
            return new KernelSpeeds(
                    String.format(
                            Locale.ROOT,
                            "kernels %dx%d, context %d, batch %d, vocabulary %d, optimiser over %,d parameters",
                            shape.heads(),
                            shape.hidden(),
                            shape.context(),
                            batch,
                            shape.vocabulary(),
                            optimized),
                    rate(matmul),
                    rate(halfMatmul),
                    size(matmul),
                    size(halfMatmul),
                    halfMatmul.abandoned(),
                    copy,
                    read,
                    kernels,
                    fused.blas(),
                    fused.threads(),
                    MachineInfo.detect().described());
        } finally {
            Engine.pin(fused);
        }
    }

    private void warmUp(List<KernelTask> tasks) {
        long begin = System.nanoTime();
        do {
            Engine.pin(fused);
            tasks.forEach(task -> task.work().run());
            Engine.pin(plain);
            tasks.forEach(task -> task.work().run());
        } while ((System.nanoTime() - begin) / 1e9 < warmUpSeconds);
    }

    private void ceilings(long elements) {
        matmul = matmul.better(MatmulCeiling.measure(DType.FLOAT32));
        halfMatmul = halfMatmul.better(MatmulCeiling.measure(DType.BFLOAT16));
        copy = Math.max(copy, CopyBandwidth.measure(elements * Float.BYTES));
        read = Math.max(read, ReadBandwidth.measure(elements * Float.BYTES));
    }

    /**
     * Repeats a task for a moment: threads that libtorch's last operation left spinning occupy cores for some tenths of a second.
     */
    private void settle(KernelTask task) {
        long begin = System.nanoTime();
        do {
            task.work().run();
        } while ((System.nanoTime() - begin) / 1e9 < Math.min(SETTLE_SECONDS, warmUpSeconds));
    }

    private void turn(EngineChoice engine, List<KernelTask> tasks, List<List<Double>> times) {
        Engine.pin(engine);
        for (int i = 0; i < tasks.size(); i++) {
            settle(tasks.get(i));
            long start = System.nanoTime();
            tasks.get(i).work().run();
            times.get(i).add((System.nanoTime() - start) / 1e9);
        }
    }

    private static @Nullable Double rate(Measurement measured) {
        return measured.largest().map(Measurement.Point::rate).orElse(null);
    }

    private static @Nullable String size(Measurement measured) {
        return measured.largest().map(Measurement.Point::label).orElse(null);
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    private KernelSpeeds.Kernel kernel(KernelTask task, double seconds, double referenceSeconds) {
        double ceiling = switch (task.bound()) {
            // In mixed precision the kernels may use either product.
            case MATMUL -> 1e9 * Math.max(orZero(rate(matmul)), fused.mixed() ? orZero(rate(halfMatmul)) : 0);
            case COPY -> copy;
            case READ -> read;
        };
        return new KernelSpeeds.Kernel(
                task.name(),
                task.bound().name().toLowerCase(Locale.ROOT),
                seconds,
                referenceSeconds,
                task.amount() / seconds / ceiling);
    }
}
