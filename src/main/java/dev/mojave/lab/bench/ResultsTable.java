package dev.mojave.lab.bench;

import dev.mojave.base.Units;
import dev.mojave.result.bench.BenchComparison;
import dev.mojave.result.bench.BenchComparison.Rival;
import java.util.List;
import java.util.Locale;

/** Formats recorded comparisons as the Markdown of {@code docs/performance.md}. */
final class ResultsTable {
    private ResultsTable() {}

    /** Returns one section per comparison, in the order given. */
    static String markdown(List<BenchComparison> results) {
        StringBuilder text = new StringBuilder();
        for (BenchComparison result : results) {
            if (!text.isEmpty()) {
                text.append('\n');
            }
            section(text, result);
        }
        return text.toString();
    }

    private static void section(StringBuilder text, BenchComparison result) {
        text.append(String.format(
                Locale.ROOT,
                "### %s%n%,.0f tokens/s, %.0f GFLOP/s, %.0f%% of the float32 ceiling (%.0f GFLOP/s) of the same run. %s, %d cores;"
                        + " commit %s, %s: `%s`%n%n",
                result.work(),
                result.tokensPerSecond(),
                result.gflops(),
                result.shareOfCeiling() * 100,
                result.matmulFp32Gflops(),
                result.machine().processorInWords(),
                result.machine().cores(),
                result.commit(),
                result.measuredAt(),
                result.command()));
        text.append(
                "| program | step | times ours | 95% interval | pairs | memory grown |\n|---|---|---|---|---|---|\n");
        for (Rival rival : result.rivals()) {
            text.append(row(rival)).append('\n');
        }
    }

    private static String row(Rival rival) {
        if (rival.problem() != null) {
            return "| " + rival.peer() + " | not measured: " + rival.problem() + " | | | | |";
        }
        return String.format(
                Locale.ROOT,
                "| %s (%s) | %.1f ms | %.2f | %.2f to %.2f | %d | %s |",
                rival.peer(),
                rival.program(),
                rival.stepSeconds() * 1e3,
                rival.ratio(),
                rival.ratioLow(),
                rival.ratioHigh(),
                rival.pairs(),
                Units.bytes((double) rival.grownBytes()));
    }
}
