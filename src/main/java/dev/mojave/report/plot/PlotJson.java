package dev.mojave.report.plot;

import dev.mojave.base.tree.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes plots as JSON for the page's script: missing values are null, and nothing in the text can end the script element. */
public final class PlotJson {
    private static final int DIGITS = 7;

    private PlotJson() {}

    /** Writes figures and both themes as the text of a JSON script element. */
    public static String write(List<Figure> figures) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("themes", Map.of("light", Palette.theme(false), "dark", Palette.theme(true)));
        root.put("markers", Palette.MARKERS);
        Map<String, Object> byId = new LinkedHashMap<>();
        figures.forEach(figure -> byId.put(figure.id(), figure(figure)));
        root.put("figures", byId);
        return embeddable(Json.line(root));
    }

    /** Escapes what the HTML parser looks for in scripts ({@code </script}, {@code <!--}) and the line separators that old JavaScript parsers reject. */
    static String embeddable(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static Map<String, Object> figure(Figure figure) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("title", figure.title());
        map.put("summary", figure.summary());
        List<Object> views = new ArrayList<>();
        figure.views().forEach(view -> views.add(Map.of("label", view.label(), "plot", plot(view.plot()))));
        map.put("views", views);
        return map;
    }

    private static Map<String, Object> plot(Plot plot) {
        Map<String, Object> map = new LinkedHashMap<>();
        switch (plot) {
            case Plot.Lines(var x, var y, var lines, var references) -> {
                map.put("kind", "lines");
                map.put("x", axis(x));
                map.put("y", axis(y));
                map.put("lines", lines.stream().map(PlotJson::line).toList());
                map.put(
                        "references",
                        references.stream()
                                .map(r -> Map.of("value", r.value(), "label", r.label()))
                                .toList());
            }
            case Plot.HeatMap heat -> heatMap(map, heat);
            case Plot.Scatter(var x, var y, var marks) -> {
                map.put("kind", "scatter");
                map.put("x", axis(x));
                map.put("y", axis(y));
                map.put(
                        "marks",
                        marks.stream()
                                .map(m -> Map.of(
                                        "label", m.label(), "slot", Palette.index(m.slot()), "at", point(m.at())))
                                .toList());
            }
            case Plot.Intervals(var x, var left, var right, var intervals) -> {
                map.put("kind", "intervals");
                map.put("x", axis(x));
                map.put("left", left);
                map.put("right", right);
                map.put("intervals", intervals.stream().map(PlotJson::interval).toList());
            }
        }
        return map;
    }

    private static void heatMap(Map<String, Object> map, Plot.HeatMap heat) {
        map.put("kind", "heat");
        map.put("xName", heat.xName());
        map.put("yName", heat.yName());
        map.put("valueName", heat.valueName());
        map.put("rows", heat.rows());
        map.put("columns", heat.columns());
        map.put(
                "values",
                heat.values().stream()
                        .map(row -> row.stream().map(PlotJson::number).toList())
                        .toList());
        map.put("low", heat.low());
        map.put("high", heat.high());
        map.put("unit", heat.unit());
        map.put("printed", heat.printed());
    }

    private static Map<String, Object> axis(Plot.Axis axis) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", axis.name());
        map.put("format", axis.format().name());
        map.put("min", axis.min());
        map.put("max", axis.max());
        map.put("step", axis.step());
        map.put("labels", axis.labels());
        return map;
    }

    private static Map<String, Object> line(Plot.Line line) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("label", line.label());
        map.put("slot", Palette.index(line.slot()));
        map.put("stroke", line.stroke().name());
        map.put("band", line.band());
        map.put("points", line.points().stream().map(PlotJson::point).toList());
        return map;
    }

    private static Map<String, Object> interval(Plot.Interval interval) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("label", interval.label());
        map.put("text", interval.text());
        map.put("slot", Palette.index(interval.slot()));
        map.put("at", point(interval.at()));
        map.put("detectable", number(interval.detectable()));
        return map;
    }

    /** Returns a point as {@code [x, y]} or {@code [x, y, low, high]}. */
    private static List<@Nullable Double> point(Plot.Point point) {
        List<@Nullable Double> list = new ArrayList<>();
        list.add(number(point.x()));
        list.add(number(point.y()));
        if (point.hasBand()) {
            list.add(number(point.low()));
            list.add(number(point.high()));
        }
        return list;
    }

    private static @Nullable Double number(double value) {
        return Double.isFinite(value) ? Numbers.roundTo(value, DIGITS) : null;
    }
}
