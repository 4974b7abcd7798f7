package dev.mojave.cli.verb.bench;

import dev.mojave.base.Units;
import dev.mojave.cli.console.TextTable;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.result.bench.BenchComparison.Rival;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.util.Locale;

/** Benchmarks in words. */
final class BenchText {
    private BenchText() {}

    static String of(BenchResult result, EngineChoice engine) {
        return String.format(
                Locale.ROOT,
                """
                %s
                engine            %s, %s, %d threads, %s kernels
                step              %.1f ms
                tokens a second   %,.0f
                matrix products   %.0f GFLOP/s, %.0f%% of the ceiling measured beside it
                peak memory       %s""",
                result.work(),
                engine.precision(),
                engine.blas(),
                engine.threads(),
                engine.kernels(),
                result.stepSeconds() * 1e3,
                result.tokensPerSecond(),
                result.gflops(),
                result.shareOfCeiling() * 100,
                Units.bytes((double) result.peakMemoryBytes()));
    }

    static String of(BenchComparison result) {
        TextTable table = new TextTable("", "step ms", "times ours", "95% interval", "memory grown", "program");
        for (Rival rival : result.rivals()) {
            if (rival.problem() == null) {
                table.add(
                        rival.peer(),
                        String.format(Locale.ROOT, "%.1f", rival.stepSeconds() * 1e3),
                        String.format(Locale.ROOT, "%.2f", rival.ratio()),
                        String.format(Locale.ROOT, "%.2f to %.2f", rival.ratioLow(), rival.ratioHigh()),
                        Units.bytes((double) rival.grownBytes()),
                        rival.program());
            } else {
                table.add(rival.peer(), "-", "-", "-", "-", rival.problem());
            }
        }
        return String.format(
                Locale.ROOT,
                "%s%n%s%nOurs: %,.0f tokens/s, %.0f GFLOP/s, %.0f%% of the float32 ceiling of %.0f measured in the same run."
                        + " Medians of %d rounds in which the programs took turns.",
                result.work(),
                table.text(),
                result.tokensPerSecond(),
                result.gflops(),
                result.shareOfCeiling() * 100,
                result.matmulFp32Gflops(),
                result.rivals().getFirst().pairs());
    }
}
