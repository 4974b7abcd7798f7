package dev.mojave.report.page;

import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.PlotPng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes a page and its plots to a folder. */
public final class ReportFiles {
    private ReportFiles() {}

    /**
     * Writes {@code report.html} and then a PNG file for each view that has one. The page does not depend on these files: on a machine without
     * fonts Java cannot draw, and they are left out with a warning; if one plot cannot be drawn, only that plot is missing.
     *
     * @param warn receives a message for everything that is missing, with the reason
     * @return the written files, the page first
     * @throws dev.mojave.base.Failure of kind USAGE if the folder cannot be written, ENVIRONMENT if the disk is full
     */
    public static List<Path> write(Page page, Path folder, Consumer<String> warn) {
        try {
            return files(page, folder, warn);
        } catch (IOException e) {
            throw IoFailures.of("write the report", folder, e);
        }
    }

    private static List<Path> files(Page page, Path folder, Consumer<String> warn) throws IOException {
        List<Path> written = new ArrayList<>();
        Path html = folder.resolve("report.html");
        page.write(html);
        written.add(html);
        Path plots = folder.resolve("plots");
        Optional<String> obstacle = PlotPng.obstacle();
        if (obstacle.isPresent()) {
            warn.accept("no PNG plots were written to " + plots + ": " + obstacle.get()
                    + ". report.html is complete without them");
            return List.copyOf(written);
        }
        Files.createDirectories(plots);
        for (Figure figure : page.figures()) {
            for (Figure.View view : figure.stills()) {
                String name = figure.id() + (view.key().isEmpty() ? "" : "-" + view.key()) + ".png";
                Path file = plots.resolve(name);
                if (draw(figure, view, file, warn)) {
                    written.add(file);
                }
            }
        }
        return List.copyOf(written);
    }

    /** Draws one plot. If the drawing library fails, only this plot is missing; an older picture of it would be wrong and is deleted. */
    private static boolean draw(Figure figure, Figure.View view, Path file, Consumer<String> warn) throws IOException {
        byte[] png;
        try {
            png = PlotPng.draw(figure.title(view), view.plot());
        } catch (RuntimeException | LinkageError | InternalError | StackOverflowError | OutOfMemoryError e) {
            Files.deleteIfExists(file);
            warn.accept("the plot " + file + " could not be drawn (" + e + "); report.html contains it");
            return false;
        }
        AtomicFiles.write(file, png);
        return true;
    }
}
