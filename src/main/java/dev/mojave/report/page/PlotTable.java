package dev.mojave.report.page;

import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Builds the table of a plot's numbers: the text alternative for readers who cannot see the picture. */
final class PlotTable {
    private static final int MAX_ROWS = 12;
    private static final int MAX_COLUMNS = 12;

    private PlotTable() {}

    /** Returns the table of one plot; long curves and wide heat maps are thinned. */
    static Table of(String title, Plot plot) {
        return switch (plot) {
            case Plot.Lines lines -> lines(title, lines);
            case Plot.HeatMap map -> heatMap(title, map);
            case Plot.Scatter scatter -> scatter(title, scatter);
            case Plot.Intervals intervals -> intervals(title, intervals);
        };
    }

    private static Table lines(String title, Plot.Lines plot) {
        List<Plot.Line> lines = plot.lines().stream()
                .filter(line -> line.stroke() != Plot.Stroke.FAINT)
                .toList();
        TreeSet<Double> all = new TreeSet<>();
        lines.forEach(line -> line.points().stream()
                .filter(point -> point.x() >= plot.x().min())
                .forEach(point -> all.add(point.x())));
        List<Double> xs = Curves.spread(List.copyOf(all), MAX_ROWS);
        List<Column> columns = new ArrayList<>();
        columns.add(Column.text(plot.x().name()));
        lines.forEach(line -> columns.add(Column.number(line.label(), line.band())));
        List<List<Cell>> rows = new ArrayList<>();
        for (double x : xs) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(plot.x().labels().isEmpty() ? plot.x().tick(x) : place(plot.x(), x)));
            lines.forEach(line -> row.add(at(line, x, plot.y())));
            rows.add(row);
        }
        String thinned = xs.size() < all.size() ? " (" + xs.size() + " of " + all.size() + " points)" : "";
        return new Table(title + ": " + plot.y().name() + thinned, columns, rows);
    }

    /** A value of an axis of labels; one between two of them is named by both and its place between them. */
    private static String place(Plot.Axis axis, double x) {
        int before = (int) Math.floor(x + 1e-6);
        return Math.abs(x - before) < 1e-6
                ? axis.tick(before)
                : axis.tick(before) + " to " + axis.tick(before + 1.0) + ", " + Numbers.percent(x - before)
                        + " of the way";
    }

    private static Cell at(Plot.Line line, double x, Plot.Axis y) {
        return line.points().stream()
                .filter(point -> point.x() == x)
                .findFirst()
                .map(point -> !y.labels().isEmpty()
                        ? Cell.of(place(y, point.y()))
                        : point.hasBand()
                                ? Cell.of(
                                        Numbers.compact(point.y()),
                                        Numbers.compact(point.low()) + " to " + Numbers.compact(point.high()))
                                : Cell.of(Numbers.compact(point.y())))
                .orElse(Cell.of(Numbers.NONE));
    }

    private static Table heatMap(String title, Plot.HeatMap plot) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < plot.columns().size(); i++) {
            all.add(i);
        }
        List<Integer> kept = Curves.spread(all, MAX_COLUMNS);
        List<Column> columns = new ArrayList<>();
        columns.add(Column.text(plot.yName() + " \\ " + plot.xName()));
        kept.forEach(i -> columns.add(Column.number(plot.columns().get(i), "")));
        List<List<Cell>> rows = new ArrayList<>();
        for (int r = 0; r < plot.rows().size(); r++) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(plot.rows().get(r)));
            for (int i : kept) {
                row.add(Cell.of(Numbers.fixed(plot.values().get(r).get(i), 2)));
            }
            rows.add(row);
        }
        return new Table(title + ": " + plot.valueName(), columns, rows);
    }

    private static Table scatter(String title, Plot.Scatter plot) {
        List<Column> columns = List.of(
                Column.text("Arm"),
                Column.number(plot.x().name(), ""),
                Column.number(plot.y().name(), ""));
        List<List<Cell>> rows = plot.marks().stream()
                .map(mark -> List.of(
                        Cell.arm(mark.label(), "", mark.slot()),
                        Cell.of(Numbers.tick(
                                Numbers.roundTo(mark.at().x(), 4), plot.x().format())),
                        mark.at().hasBand()
                                ? Cell.of(
                                        Numbers.loss(mark.at().y()),
                                        Numbers.loss(mark.at().low()) + " to "
                                                + Numbers.loss(mark.at().high()))
                                : Cell.of(Numbers.loss(mark.at().y()))))
                .toList();
        return new Table(title, columns, rows);
    }

    private static Table intervals(String title, Plot.Intervals plot) {
        List<Column> columns =
                List.of(Column.text("Comparison"), Column.number(plot.x().name(), ""));
        List<List<Cell>> rows = plot.intervals().stream()
                .map(interval -> List.of(Cell.of(interval.label()), Cell.of(interval.text())))
                .toList();
        return new Table(title, columns, rows);
    }
}
