package dev.mojave.report;

import dev.mojave.base.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a page and its plots. */
final class ReportFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ReportFiles.class);

    private ReportFiles() {}

    /**
     * Writes {@code report.html} and then the PNG of each view that has one. On a machine without any font Java cannot
     * draw; the page does not depend on that, so the PNGs are left out with a warning.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the folder cannot be written, ENVIRONMENT if the disk is full
     */
    static List<Path> write(Page page, Path folder) {
        try {
            return files(page, folder);
        } catch (IOException e) {
            throw IoFailures.of("write the report", folder, e);
        }
    }

    private static List<Path> files(Page page, Path folder) throws IOException {
        List<Path> written = new ArrayList<>();
        Path html = folder.resolve("report.html");
        page.write(html);
        written.add(html);
        Path plots = folder.resolve("plots");
        Optional<String> obstacle = PlotPng.obstacle();
        if (obstacle.isPresent()) {
            LOG.warn("no PNG plots in {}: {}. report.html is complete without them", plots, obstacle.get());
            return written;
        }
        Files.createDirectories(plots);
        for (Figure figure : page.figures()) {
            for (Figure.View view : figure.stills()) {
                String name = figure.id() + (view.key().isEmpty() ? "" : "-" + view.key()) + ".png";
                Path file = plots.resolve(name);
                Files.write(file, PlotPng.draw(figure.title(view), view.plot()));
                written.add(file);
            }
        }
        return List.copyOf(written);
    }
}
