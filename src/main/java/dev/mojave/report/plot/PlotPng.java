package dev.mojave.report.plot;

import dev.mojave.report.plot.Plot.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws plots as PNG on a white background, at twice the nominal size so that they are crisp in print and on dense screens. */
public final class PlotPng {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 520;
    private static final int SCALE = 2;
    /** The approximate size of a letter, a legend marker and a row of a legend, in points. */
    private static final int LETTER = 8;

    private static final int SWATCH = 50;
    private static final int LEGEND_ROW = 24;
    private static final int BAND_ALPHA = 40;
    private static final int FAINT_ALPHA = 80;
    private static final int MOST_MARKED = 60;

    // The space for each kind of text, in letters; the page has every text in full.
    private static final int TITLE_LETTERS = 84;
    private static final int AXIS_LETTERS = 90;
    private static final int SIDE_LETTERS = 34;
    private static final int LEGEND_LETTERS = 48;
    private static final int ROW_LETTERS = 30;
    private static final int COLUMN_LETTERS = 10;

    private static final Color INK = new Color(0x1b1d22);
    private static final Color MUTED = new Color(0x5b606b);
    private static final Color RULE = new Color(0xe3e5e9);
    private static final float[] DASHES = {6, 5};
    private static final List<Marker> MARKERS = List.of(
            SeriesMarkers.CIRCLE,
            SeriesMarkers.SQUARE,
            SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND,
            SeriesMarkers.TRIANGLE_DOWN,
            SeriesMarkers.TRAPEZOID,
            SeriesMarkers.RECTANGLE,
            SeriesMarkers.OVAL);

    private PlotPng() {}

    /** Returns why this machine cannot draw text (no font, no font library); empty if it can. */
    public static Optional<String> obstacle() {
        headless();
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            boolean drawn = graphics.getFontMetrics(font(Font.PLAIN, 12)).stringWidth("loss") > 0;
            return drawn ? Optional.empty() : Optional.of("the installed fonts draw nothing");
        } catch (RuntimeException | LinkageError | InternalError e) {
            return Optional.of("Java finds no usable fonts (" + e + "); install fontconfig and a font such as DejaVu");
        } finally {
            graphics.dispose();
        }
    }

    /** Draws one plot. */
    public static byte[] draw(String title, Plot plot) throws IOException {
        headless();
        String heading = Labels.shortened(title, TITLE_LETTERS);
        Chart<?, ?> chart = switch (plot) {
            case Plot.Lines lines -> lines(heading, lines);
            case Plot.HeatMap map -> heatMap(heading, map);
            case Plot.Scatter scatter -> scatter(heading, scatter);
            case Plot.Intervals intervals -> intervals(heading, intervals);
        };
        BufferedImage image =
                new BufferedImage(chart.getWidth() * SCALE, chart.getHeight() * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(SCALE, SCALE);
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
        } finally {
            graphics.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    /** Turns on headless mode, unless the user's program has set it: plots are files and need no display. */
    private static void headless() {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private static XYChart lines(String title, Plot.Lines plot) {
        List<String> labels =
                Labels.distinct(plot.lines().stream().map(Plot.Line::label).toList(), LEGEND_LETTERS);
        XYChart chart = xy(title, plot.x(), plot.y(), labels, plot.references().size());
        for (Plot.Line line : plot.lines()) {
            band(chart, plot.y(), line, "band " + plot.lines().indexOf(line));
        }
        for (Plot.Reference reference : plot.references()) {
            line(
                    chart,
                    Labels.shortened(reference.label(), LEGEND_LETTERS),
                    plot.x().min(),
                    plot.x().max(),
                    reference.value());
        }
        for (int i = 0; i < plot.lines().size(); i++) {
            Plot.Line line = plot.lines().get(i);
            List<Point> points = line.points();
            if (points.isEmpty()) {
                continue;
            }
            XYSeries series = chart.addSeries(unique(labels.get(i), i), xs(points), ys(points));
            boolean faint = line.stroke() == Plot.Stroke.FAINT;
            boolean marked = !faint && points.size() <= MOST_MARKED;
            series.setLabel(labels.get(i));
            series.setLineColor(color(line.slot(), faint ? FAINT_ALPHA : 255));
            series.setMarkerColor(color(line.slot(), 255));
            series.setMarker(marked ? marker(line.slot()) : SeriesMarkers.NONE);
            series.setLineStyle(stroke(faint ? 1f : 2f, line.stroke() == Plot.Stroke.DASHED));
        }
        return chart;
    }

    /** Returns a chart with a legend if there is more than one entry: in a row if it fits, otherwise one entry below the other. */
    private static XYChart xy(String title, Plot.Axis x, Plot.Axis y, List<String> labels, int references) {
        int letters = labels.stream().mapToInt(String::length).sum();
        int entries = labels.size() + references;
        boolean row = letters * LETTER + entries * SWATCH <= WIDTH;
        XYChart chart = xy(title, x, y, row ? HEIGHT : HEIGHT + LEGEND_ROW * entries);
        chart.getStyler().setLegendVisible(entries > 1);
        chart.getStyler().setLegendLayout(row ? LegendLayout.Horizontal : LegendLayout.Vertical);
        return chart;
    }

    private static void band(XYChart chart, Plot.Axis y, Plot.Line line, String name) {
        List<Point> points = line.points().stream().filter(Point::hasBand).toList();
        if (points.size() < 2) {
            return;
        }
        int n = points.size();
        double[] xs = new double[2 * n];
        double[] ys = new double[2 * n];
        for (int i = 0; i < n; i++) {
            xs[i] = xs[2 * n - 1 - i] = points.get(i).x();
            ys[i] = Math.clamp(points.get(i).low(), y.min(), y.max());
            ys[2 * n - 1 - i] = Math.clamp(points.get(i).high(), y.min(), y.max());
        }
        XYSeries band = chart.addSeries(name, xs, ys);
        band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        band.setFillColor(color(line.slot(), BAND_ALPHA));
        band.setLineColor(new Color(0, 0, 0, 0));
        band.setMarker(SeriesMarkers.NONE);
        band.setShowInLegend(false);
    }

    private static void line(XYChart chart, String label, double fromX, double toX, double y) {
        XYSeries series = chart.addSeries(label, new double[] {fromX, toX}, new double[] {y, y});
        series.setLineColor(MUTED);
        series.setLineStyle(stroke(1.2f, true));
        series.setMarker(SeriesMarkers.NONE);
    }

    private static XYChart scatter(String title, Plot.Scatter plot) {
        List<String> labels =
                Labels.distinct(plot.marks().stream().map(Plot.Mark::label).toList(), LEGEND_LETTERS);
        XYChart chart = xy(title, plot.x(), plot.y(), labels, 0);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(11);
        for (int i = 0; i < plot.marks().size(); i++) {
            Plot.Mark mark = plot.marks().get(i);
            Point at = mark.at();
            double[] half = {at.hasBand() ? (at.high() - at.low()) / 2 : 0};
            XYSeries series =
                    chart.addSeries(unique(labels.get(i), i), new double[] {at.x()}, new double[] {at.y()}, half);
            series.setLabel(labels.get(i));
            series.setMarkerColor(color(mark.slot(), 255));
            series.setLineColor(color(mark.slot(), 255));
            series.setMarker(marker(mark.slot()));
        }
        return chart;
    }

    private static XYChart intervals(String title, Plot.Intervals plot) {
        int rows = plot.intervals().size();
        Plot.Axis y = new Plot.Axis("", Plot.Format.PLAIN, 0.4, rows + 0.8, 1);
        String name = "← " + Labels.shortened(plot.left(), SIDE_LETTERS) + "      "
                + plot.x().name() + "      " + Labels.shortened(plot.right(), SIDE_LETTERS) + " →";
        Plot.Axis x = new Plot.Axis(
                name,
                plot.x().format(),
                plot.x().min(),
                plot.x().max(),
                plot.x().step());
        XYChart chart = xy(title, x, y, 150 + 70 * rows);
        chart.getStyler().setYAxisTicksVisible(false).setLegendVisible(false);
        chart.getStyler().setPlotGridHorizontalLinesVisible(false);
        for (int i = 0; i < rows; i++) {
            interval(chart, plot.intervals().get(i), rows - i, x);
        }
        return chart;
    }

    private static void interval(XYChart chart, Plot.Interval interval, double y, Plot.Axis x) {
        Point at = interval.at();
        if (Double.isFinite(interval.detectable())) {
            double to = Math.min(interval.detectable(), x.max());
            double from = Math.max(-interval.detectable(), x.min());
            bar(
                    chart,
                    "zone" + y,
                    from,
                    to,
                    y,
                    new BasicStroke(14, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER),
                    RULE);
        }
        XYSeries zero = chart.addSeries("zero" + y, new double[] {0, 0}, new double[] {y - 0.2, y + 0.2});
        zero.setLineColor(MUTED);
        zero.setLineStyle(stroke(1.5f, false));
        zero.setMarker(SeriesMarkers.NONE);
        if (at.hasBand()) {
            BasicStroke thick = new BasicStroke(3, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
            bar(chart, "interval" + y, at.low(), at.high(), y, thick, color(interval.slot(), 255));
        }
        XYSeries dot = chart.addSeries("dot" + y, new double[] {at.y()}, new double[] {y});
        dot.setMarker(marker(interval.slot()));
        dot.setMarkerColor(color(interval.slot(), 255));
        dot.setLineColor(color(interval.slot(), 255));
        double centre = (x.min() + x.max()) / 2;
        String label = Labels.shortened(interval.label(), LEGEND_LETTERS) + ":  "
                + Labels.shortened(interval.text(), LEGEND_LETTERS);
        chart.addAnnotation(new AnnotationText(label, centre, y + 0.38, false));
    }

    private static void bar(
            XYChart chart, String name, double from, double to, double y, BasicStroke stroke, Color color) {
        XYSeries series = chart.addSeries(name, new double[] {from, to}, new double[] {y, y});
        series.setLineColor(color);
        series.setLineStyle(stroke);
        series.setMarker(SeriesMarkers.NONE);
    }

    /** Builds a heat map under the root locale: XChart reads the default locale's digits when it creates the map, and ignores the style set later. */
    private static synchronized HeatMapChart withPlainDigits(HeatMapChartBuilder builder) {
        Locale machine = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        try {
            return builder.build();
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, machine);
        }
    }

    private static HeatMapChart heatMap(String title, Plot.HeatMap plot) {
        int rows = plot.rows().size();
        HeatMapChart chart = withPlainDigits(new HeatMapChartBuilder()
                .width(WIDTH)
                .height(Math.clamp(160 + 46L * rows, 300, 1400))
                .title(title)
                .xAxisTitle(Labels.shortened(plot.xName() + "   (colour: " + plot.valueName() + ")", AXIS_LETTERS))
                .yAxisTitle(Labels.shortened(plot.yName(), SIDE_LETTERS)));
        style(chart.getStyler());
        chart.getStyler().setChartTitlePadding(14);
        chart.getStyler().setPlotContentSize(1);
        chart.getStyler().setShowValue(plot.printed());
        chart.getStyler().setValueFont(font(Font.PLAIN, 13));
        chart.getStyler().setHeatMapValueDecimalPattern("0.00");
        chart.getStyler().setHeatMapDecimalValueFormatter(value -> String.format(Locale.ROOT, "%.2f", value));
        chart.getStyler()
                .setRangeColors(Palette.HEAT_LIGHT.stream().map(Color::decode).toArray(Color[]::new));
        chart.getStyler().setMin(plot.low()).setMax(plot.high());
        chart.getStyler().setXAxisTickMarkSpacingHint(44); // applies to both axes if they have categories
        chart.getStyler().setDrawBorder(true);
        List<Number[]> cells = new ArrayList<>();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < plot.columns().size(); c++) {
                double value = plot.values().get(rows - 1 - r).get(c);
                if (Double.isFinite(value)) {
                    cells.add(new Number[] {c, r, value});
                }
            }
        }
        List<String> rowLabels = Labels.distinct(plot.rows(), ROW_LETTERS).reversed();
        chart.addSeries(plot.valueName(), Labels.distinct(plot.columns(), COLUMN_LETTERS), rowLabels, cells)
                .setMin(plot.low())
                .setMax(plot.high());
        return chart;
    }

    private static XYChart xy(String title, Plot.Axis x, Plot.Axis y, int height) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(height)
                .title(title)
                .xAxisTitle(x.name().isEmpty() ? "" : Labels.shortened(x.name(), 2 * AXIS_LETTERS))
                .yAxisTitle(y.name().isEmpty() ? "" : Labels.shortened(y.name(), LEGEND_LETTERS))
                .build();
        XYStyler styler = chart.getStyler();
        style(styler);
        styler.setXAxisMin(x.min()).setXAxisMax(x.max());
        styler.setYAxisMin(y.min()).setYAxisMax(y.max());
        styler.setXAxisTickLabelsFormattingFunction(value -> x.tick(Numbers.roundTo(value, 6)));
        styler.setYAxisTickLabelsFormattingFunction(value -> y.tick(Numbers.roundTo(value, 6)));
        styler.setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal);
        styler.setMarkerSize(7);
        styler.setXAxisTickMarkSpacingHint(100);
        // If all x values are evenly spaced, XChart puts its ticks on them instead of on round numbers; this invisible
        // series is not evenly spaced.
        XYSeries uneven = chart.addSeries(
                "uneven",
                new double[] {x.min(), x.min() + (x.max() - x.min()) / Math.PI},
                new double[] {y.min(), y.min()});
        uneven.setLineColor(new Color(0, 0, 0, 0));
        uneven.setMarker(SeriesMarkers.NONE);
        uneven.setShowInLegend(false);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE).setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false).setChartFontColor(INK).setChartPadding(16);
        styler.setChartTitleFont(font(Font.BOLD, 18)).setChartTitleBoxVisible(false);
        styler.setLegendFont(font(Font.PLAIN, 13)).setLegendBorderColor(Color.WHITE);
        styler.setAnnotationTextFont(font(Font.PLAIN, 13)).setAnnotationTextFontColor(INK);
        styler.setAxisTitleFont(font(Font.PLAIN, 13)).setAxisTickLabelsFont(font(Font.PLAIN, 12));
        styler.setAxisTickLabelsColor(MUTED).setAxisTickMarksColor(RULE);
        styler.setPlotGridLinesColor(RULE).setPlotGridVerticalLinesVisible(false);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
    }

    private static Font font(int look, int size) {
        return new Font(Font.SANS_SERIF, look, size);
    }

    /** Returns a unique name for a series: XChart rejects duplicates, and two arms may have the same label. */
    private static String unique(String label, int index) {
        return index + " " + label;
    }

    private static BasicStroke stroke(float width, boolean dashed) {
        return dashed
                ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, DASHES, 0)
                : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }

    private static Color color(int slot, int alpha) {
        Color solid = Color.decode(Palette.LIGHT.get(Palette.index(slot)));
        return new Color(solid.getRed(), solid.getGreen(), solid.getBlue(), alpha);
    }

    private static Marker marker(int slot) {
        return MARKERS.get(Palette.index(slot));
    }

    private static double[] xs(List<Point> points) {
        return points.stream().mapToDouble(Point::x).toArray();
    }

    private static double[] ys(List<Point> points) {
        return points.stream().mapToDouble(Point::y).toArray();
    }
}
