package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures training or scoring steps in this process, and compares them with the machine's ceiling. */
public final class TrainBench {
    private TrainBench() {}

    /**
     * Runs the benchmark; takes a few seconds to a minute.
     *
     * @param steps measured steps after the warm-up; the median is reported
     */
    public static BenchResult run(Workload workload, int steps, EngineChoice engine, Progress progress) {
        Check.that(steps >= 1, "--steps (%d) must be at least 1", steps);
        DType compute = engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32;
        ProcessMemory.resetPeak();
        double ceiling = MatmulCeiling.of(compute);
        List<Double> times = new ArrayList<>();
        try (Session session = Session.of(workload, engine)) {
            progress.start("measuring", steps, "steps");
            session.warmUp();
            while (times.size() < steps) {
                times.add(session.step());
                progress.update(times.size(), String.format(Locale.ROOT, "%.1f ms", times.getLast() * 1e3));
            }
            progress.finish("");
        }
        // The machine's speed drifts when others use it, so the ceiling is the better of two measurements, before and
        // after.
        ceiling = Math.max(ceiling, MatmulCeiling.of(compute));
        double seconds = Ratio.median(times);
        double flops = workload.flops() / seconds;
        return new BenchResult(
                workload.name(),
                workload.tokens() / seconds,
                seconds,
                flops / 1e9,
                flops / ceiling,
                ProcessMemory.peakBytes(),
                engine.precision(),
                engine.blas(),
                MachineInfo.detect().described());
    }
}
