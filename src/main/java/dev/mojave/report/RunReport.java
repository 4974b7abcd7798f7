package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.RunRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Writes the report of one run: a self-contained {@code report.html} and {@code plots/*.png}. */
public final class RunReport {
    private RunReport() {}

    /**
     * Writes the report, replacing the files of an earlier one.
     *
     * @param run the run, finished or not
     * @param folder the folder for {@code report.html} and {@code plots/}, created if needed
     * @param warn receives a message for every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(RunRecord run, Path folder, Consumer<String> warn) {
        return ReportFiles.write(RunPage.of(run), folder, warn);
    }
}
