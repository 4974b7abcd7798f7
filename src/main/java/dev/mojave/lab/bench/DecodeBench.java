package dev.mojave.lab.bench;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures autoregressive decoding with weights in several formats, which take turns. The ceiling is the bandwidth of reading
 * memory: {@code share_of_ceiling} is the bytes of weights that the tokens required, over the bytes that could have been read in
 * the same time.
 */
public final class DecodeBench {
    private DecodeBench() {}

    /**
     * Runs the benchmark; takes about a minute.
     *
     * @param formats weight formats; each gets one result
     * @param steps measured steps of {@value DecodeSession#WRITTEN} tokens each; the median is reported
     */
    public static List<BenchResult> run(
            Shape shape, List<WeightFormat> formats, int steps, EngineChoice engine, Progress progress) {
        Check.that(steps >= 1, "--steps (%d) must be at least 1", steps);
        ProcessMemory.resetPeak();
        List<DecodeSession> sessions = new ArrayList<>();
        List<List<Double>> times = new ArrayList<>();
        try {
            for (WeightFormat format : formats) {
                sessions.add(new DecodeSession(Workload.decode(shape, format)));
                times.add(new ArrayList<>());
            }
            List<Double> before = ceilings(sessions);
            progress.start("measuring", steps, "steps");
            sessions.forEach(DecodeSession::warmUp);
            for (int step = 1; step <= steps; step++) {
                for (int i = 0; i < sessions.size(); i++) {
                    times.get(i).add(sessions.get(i).step());
                }
                progress.update(
                        step,
                        String.format(Locale.ROOT, "%.1f ms", times.getFirst().getLast() * 1e3));
            }
            progress.finish("");
            List<Double> after = ceilings(sessions);
            List<BenchResult> results = new ArrayList<>();
            for (int i = 0; i < formats.size(); i++) {
                results.add(result(
                        Workload.decode(shape, formats.get(i)),
                        Ratio.median(times.get(i)),
                        sessions.get(i).bytesPerToken(),
                        Math.max(before.get(i), after.get(i)),
                        engine));
            }
            return results;
        } finally {
            sessions.forEach(DecodeSession::close);
        }
    }

    private static List<Double> ceilings(List<DecodeSession> sessions) {
        return sessions.stream()
                .map(session -> ReadBandwidth.measure(session.bytesPerToken()))
                .toList();
    }

    private static BenchResult result(
            Workload workload, double seconds, long bytesPerToken, double ceiling, EngineChoice engine) {
        double tokensPerSecond = workload.tokens() / seconds;
        return new BenchResult(
                workload.name(),
                tokensPerSecond,
                1 / tokensPerSecond,
                workload.flops() / seconds / 1e9,
                tokensPerSecond * bytesPerToken / ceiling,
                ProcessMemory.peakBytes(),
                workload.weights().key(),
                engine.blas(),
                MachineInfo.detect().described());
    }
}
