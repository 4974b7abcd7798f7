package dev.mojave.cli.verb.bench;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.cli.console.TextTable;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.result.bench.BenchComparison.Rival;
import dev.mojave.result.bench.BenchResult;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.util.Locale;

/** Formats the results of benchmarks. */
final class BenchText {
    private BenchText() {}

    static String of(BenchResult result, EngineChoice engine) {
        return String.format(
                Locale.ROOT,
                """
                %s
                engine            %s, %s, %s, %s kernels
                step              %.1f ms
                tokens/s          %,.0f
                matrix products   %.0f GFLOP/s, %.0f%% of the ceiling measured in the same run
                peak memory       %s""",
                result.work(),
                engine.precision(),
                engine.blas(),
                Plural.of(engine.threads(), "thread"),
                engine.kernels(),
                result.stepSeconds() * 1e3,
                result.tokensPerSecond(),
                result.gflops(),
                result.shareOfCeiling() * 100,
                Units.bytes((double) result.peakMemoryBytes()));
    }

    static String of(BenchComparison result) {
        TextTable table = new TextTable("", "step ms", "times Mojave's", "95% interval", "memory growth", "program");
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
                "%s%n%s%nMojave: %,.0f tokens/s, %.0f GFLOP/s, %.0f%% of the float32 ceiling of %.0f GFLOP/s measured in the same run."
                        + " Medians of %s in which the programs took turns.",
                result.work(),
                table.text(),
                result.tokensPerSecond(),
                result.gflops(),
                result.shareOfCeiling() * 100,
                result.matmulFp32Gflops(),
                Plural.of(result.rivals().getFirst().pairs(), "round"));
    }
}
