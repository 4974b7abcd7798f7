package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.SweepResult;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The report of a sweep: {@code report.html}, self-contained, and {@code plots/*.png}. */
public final class SweepReport {
    private SweepReport() {}

    /**
     * Writes the report; files of an earlier one are replaced.
     *
     * @param result what the sweep found
     * @param runs one record a trial of each ranked point at its highest rung, best point first
     * @param folder where {@code report.html} and {@code plots/} go, created if needed
     * @param warn is told of every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(SweepResult result, List<RunRecord> runs, Path folder, Consumer<String> warn) {
        return ReportFiles.write(SweepPage.of(result, List.copyOf(runs)), folder, warn);
    }
}
