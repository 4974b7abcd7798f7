package dev.mojave.report;

import dev.mojave.report.page.ReportFiles;
import dev.mojave.result.study.MapResult;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The report of a map: {@code report.html}, self-contained, and {@code plots/*.png}. */
public final class MapReport {
    private MapReport() {}

    /**
     * Writes the report; files of an earlier one are replaced.
     *
     * @param result the results of the map
     * @param folder where {@code report.html} and {@code plots/} go, created if needed
     * @param warn is told of every plot that could not be drawn
     * @return the written files, {@code report.html} first
     */
    public static List<Path> write(MapResult result, Path folder, Consumer<String> warn) {
        return ReportFiles.write(MapPage.of(result), folder, warn);
    }
}
