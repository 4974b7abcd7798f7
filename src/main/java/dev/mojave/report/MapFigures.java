package dev.mojave.report;

import dev.mojave.report.MapGrid.Pair;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Figure.View;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.report.plot.Plot.Axis;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.report.plot.Plot.Point;
import dev.mojave.report.plot.Plot.Stroke;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The figures of a map; a figure without data is left out. */
final class MapFigures {
    private static final double THOUSAND = 1000;
    private static final String GAP = "difference in validation loss, nats per token";

    private final MapGrid grid;

    MapFigures(MapResult result) {
        this.grid = new MapGrid(result);
    }

    /** Returns the gap of every cell, with one view per comparison. */
    Optional<Figure> heat() {
        List<View> views = views((pair, values) -> heat(values));
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "map",
                        "The gap over sizes and budgets",
                        "Each cell: the mean difference in validation loss at the end of training, in thousandths of a nat per token."
                                + " Positive: the mixture is better. The table below says which differences are shown.",
                        summary(),
                        views));
    }

    private Plot heat(List<List<Double>> values) {
        List<List<Double>> thousandths = values.stream()
                .map(row -> row.stream().map(value -> THOUSAND * value).toList())
                .toList();
        double reach = Math.max(0.01, Numbers.roundTo(largest(thousandths), 3));
        return new Plot.HeatMap(
                MapGrid.name(grid.columns()),
                grid.rows().map(MapGrid::name).orElse(""),
                "gap, thousandths of a nat",
                grid.rows().isPresent() ? grid.rowLabels() : List.of("gap"),
                grid.columnLabels(),
                thousandths,
                -reach,
                0,
                reach,
                "",
                true);
    }

    private static double largest(List<List<Double>> values) {
        return values.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
    }

    /** Returns lines of equal gap; at the line of zero the lead changes. */
    Optional<Figure> contours() {
        if (grid.rowLabels().size() < 2 || grid.columnLabels().size() < 2) {
            return Optional.empty();
        }
        List<View> views = views((pair, values) -> contours(values));
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "contours",
                        "Where the lead changes hands",
                        "Lines of equal gap, interpolated between cells; solid, where neither leads. The mixture is better on the side"
                                + " of the positive lines. Values of an axis stand at equal distances.",
                        turns(),
                        views));
    }

    private Plot contours(List<List<Double>> values) {
        double low = extreme(values, true);
        double high = extreme(values, false);
        double step = Axis.around("", Format.PLAIN, low, high).step();
        List<Plot.Line> lines = new ArrayList<>();
        line(lines, values, 0, Stroke.SOLID);
        for (int i = (int) Math.ceil(low / step); i <= high / step; i++) {
            if (i != 0) {
                line(lines, values, i * step, Stroke.DASHED);
            }
        }
        return new Plot.Lines(
                Axis.labelled(MapGrid.name(grid.columns()), grid.columnLabels()),
                Axis.labelled(grid.rows().map(MapGrid::name).orElse(""), grid.rowLabels()),
                lines,
                List.of());
    }

    private static void line(List<Plot.Line> lines, List<List<Double>> values, double level, Stroke stroke) {
        List<Point> points = Contours.at(values, level);
        if (!points.isEmpty()) {
            String label = level == 0 ? "no difference" : Numbers.signed(Numbers.roundTo(level, 2), 3);
            lines.add(new Plot.Line(label, lines.size(), stroke, points, ""));
        }
    }

    private static double extreme(List<List<Double>> values, boolean low) {
        return values.stream()
                .flatMap(List::stream)
                .filter(Double::isFinite)
                .reduce(low ? Math::min : Math::max)
                .orElse(0.0);
    }

    /** Returns the gap over the columns with its interval, one line per row. */
    Optional<Figure> lines() {
        if (grid.columnLabels().size() < 2) {
            return Optional.empty();
        }
        List<View> views = views((pair, values) -> lines(pair));
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "gaps",
                        "The gap with its interval",
                        "Line: mean difference over seeds; above zero favours the mixture. Band: 95% confidence interval of each"
                                + " difference, paired over seeds. Every point is a training run with its whole schedule.",
                        summary(),
                        views));
    }

    private Plot lines(Pair pair) {
        List<Plot.Line> lines = new ArrayList<>();
        for (int row = 0; row < grid.rowLabels().size(); row++) {
            List<Point> points = new ArrayList<>();
            for (int column = 0; column < grid.columnLabels().size(); column++) {
                double x = column;
                grid.at(pair, row, column)
                        .ifPresent(one -> points.add(new Point(
                                x, one.difference(), Numbers.orNaN(one.ciLow()), Numbers.orNaN(one.ciHigh()))));
            }
            if (!points.isEmpty()) {
                String label = grid.rows().map(axis -> MapGrid.name(axis) + " ").orElse("gap")
                        + grid.rowLabels().get(row);
                lines.add(new Plot.Line(
                        label,
                        lines.size(),
                        Stroke.of(lines.size()),
                        points,
                        points.getFirst().hasBand() ? "difference, 95% interval" : ""));
            }
        }
        return new Plot.Lines(
                Axis.labelled(MapGrid.name(grid.columns()), grid.columnLabels()),
                Curves.axis(GAP, Format.PLAIN, lines, 0),
                lines,
                List.of(new Plot.Reference(0, "no difference")));
    }

    private List<View> views(BiFunction<Pair, List<List<Double>>, Plot> plot) {
        List<View> views = new ArrayList<>();
        for (Pair pair : grid.pairs()) {
            List<List<Double>> values = new ArrayList<>();
            for (int row = 0; row < grid.rowLabels().size(); row++) {
                List<Double> line = new ArrayList<>();
                for (int column = 0; column < grid.columnLabels().size(); column++) {
                    line.add(grid.at(pair, row, column)
                            .map(Comparison::difference)
                            .orElse(Double.NaN));
                }
                values.add(line);
            }
            views.add(new View(pair.id(), pair.label(), plot.apply(pair, values)));
        }
        return views;
    }

    private String summary() {
        return grid.pairs().stream()
                .map(pair -> {
                    List<Comparison> own = grid.result().cells().stream()
                            .flatMap(cell -> cell.comparison(pair.a(), pair.b()).stream())
                            .toList();
                    return pair.label() + " goes from "
                            + Numbers.signed(
                                    own.stream()
                                            .mapToDouble(Comparison::difference)
                                            .min()
                                            .orElse(0),
                                    4) + " to "
                            + Numbers.signed(
                                    own.stream()
                                            .mapToDouble(Comparison::difference)
                                            .max()
                                            .orElse(0),
                                    4);
                })
                .collect(Collectors.joining("; ", "Differences in nats per token: ", "."));
    }

    private String turns() {
        return grid.result().turns().stream()
                .map(turn -> Study.label(turn.a(), turn.b())
                        + turn.at().entrySet().stream()
                                .map(value -> ", " + value.getKey() + " " + value.getValue())
                                .collect(Collectors.joining())
                        + ": " + turn.words())
                .collect(Collectors.joining("; ", "", "."));
    }
}
