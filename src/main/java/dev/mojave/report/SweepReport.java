package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.SweepResult;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Writes the report of a sweep: a self-contained {@code report.html} and {@code plots/*.png}. */
public final class SweepReport {
    private SweepReport() {}

    /**
     * Writes the report, replacing the files of an earlier one.
     *
     * @param result the results of the sweep
     * @param runs one record per trial of each ranked point at its highest rung, best point first
     * @param folder the folder for {@code report.html} and {@code plots/}, created if needed
     * @param warn receives a message for every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(SweepResult result, List<RunRecord> runs, Path folder, Consumer<String> warn) {
        return ReportFiles.write(SweepPage.of(result, List.copyOf(runs)), folder, warn);
    }
}
