package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.RunRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The report of one run: {@code report.html}, self-contained, and {@code plots/*.png}. */
public final class RunReport {
    private RunReport() {}

    /**
     * Writes the report; files of an earlier one are replaced.
     *
     * @param run the run, finished or not
     * @param folder where {@code report.html} and {@code plots/} go, created if needed
     * @param warn is told of every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(RunRecord run, Path folder, Consumer<String> warn) {
        return ReportFiles.write(RunPage.of(run), folder, warn);
    }
}
