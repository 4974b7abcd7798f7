package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.StudyResult;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The report of a study: {@code report.html}, self-contained, and {@code plots/*.png}. */
public final class StudyReport {
    private StudyReport() {}

    /**
     * Writes the report; files of an earlier one are replaced.
     *
     * @param result what the study found
     * @param runs one record a trial; unfinished and missing ones are allowed
     * @param folder where {@code report.html} and {@code plots/} go, created if needed
     * @param warn is told of every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(StudyResult result, List<RunRecord> runs, Path folder, Consumer<String> warn) {
        return ReportFiles.write(StudyPage.of(new Study(result, List.copyOf(runs))), folder, warn);
    }
}
