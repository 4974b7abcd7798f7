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

/** Writes a page and its plots. */
public final class ReportFiles {
    private ReportFiles() {}

    /**
     * Writes {@code report.html} and then the PNG of each view that has one. The page does not depend on them: on a machine without any
     * font Java cannot draw, and they are left out with a warning; one that cannot be drawn costs itself alone.
     *
     * @param warn is told what is missing and why
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
            warn.accept("no PNG plots in " + plots + ": " + obstacle.get() + ". report.html is complete without them");
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

    /** Draws one plot. What the drawing library cannot cope with is its loss only; an older picture of the plot would be wrong. */
    private static boolean draw(Figure figure, Figure.View view, Path file, Consumer<String> warn) throws IOException {
        byte[] png;
        try {
            png = PlotPng.draw(figure.title(view), view.plot());
        } catch (RuntimeException | LinkageError | InternalError | StackOverflowError | OutOfMemoryError e) {
            Files.deleteIfExists(file);
            warn.accept("the plot " + file + " could not be drawn (" + e + "); report.html has it");
            return false;
        }
        AtomicFiles.write(file, png);
        return true;
    }
}
