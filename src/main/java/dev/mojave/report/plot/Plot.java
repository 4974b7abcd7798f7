package dev.mojave.report.plot;

import dev.mojave.base.Check;
import java.util.List;

/** The content of a chart, independent of how it is drawn. A value that is not finite is missing and not drawn. */
public sealed interface Plot {

    /**
     * Curves over a common x axis.
     *
     * @param lines the curves in drawing order
     * @param references labelled horizontal lines
     */
    record Lines(Axis x, Axis y, List<Line> lines, List<Reference> references) implements Plot {}

    /**
     * One curve.
     *
     * @param label the text in the legend
     * @param slot the index of colour and marker, see {@link Palette}
     * @param stroke the kind of line
     * @param points the points, with increasing x
     * @param band what the points' low and high ends mean, empty if there is no band
     */
    record Line(String label, int slot, Stroke stroke, List<Point> points, String band) {}

    /** The kind of line that a curve is drawn with. */
    enum Stroke {
        /** An ordinary line. */
        SOLID,
        /** A line that is distinguishable from a solid one of the same colour. */
        DASHED,
        /** Raw values behind a smoothed line. */
        FAINT;

        /** Returns the stroke of a slot: dashed if it uses a colour for the second time. */
        public static Stroke of(int slot) {
            return slot < Palette.LIGHT.size() ? SOLID : DASHED;
        }
    }

    /** A value with the ends of its band or interval; low and high are NaN if there is none. */
    record Point(double x, double y, double low, double high) {
        /** Returns a value without a band. */
        public static Point of(double x, double y) {
            return new Point(x, y, Double.NaN, Double.NaN);
        }

        /** Returns whether both ends of the band are finite. */
        public boolean hasBand() {
            return Double.isFinite(low) && Double.isFinite(high);
        }
    }

    /** A horizontal line that marks a value, for example the unigram entropy. */
    record Reference(double value, String label) {}

    /**
     * A heat map: cells coloured by value around a neutral centre.
     *
     * @param rows row labels from top to bottom
     * @param columns column labels from left to right
     * @param values the values by row and column
     * @param low the value of the first colour; smaller values have the same colour
     * @param centre the value of the neutral colour
     * @param high the value of the last colour; larger values have the same colour
     * @param unit the unit, appended to a printed value
     * @param printed whether each cell prints its value
     */
    record HeatMap(
            String xName,
            String yName,
            String valueName,
            List<String> rows,
            List<String> columns,
            List<List<Double>> values,
            double low,
            double centre,
            double high,
            String unit,
            boolean printed)
            implements Plot {
        public HeatMap {
            Check.that(values.size() == rows.size(), "%d rows of values for %d labels", values.size(), rows.size());
            for (List<Double> row : values) {
                Check.that(row.size() == columns.size(), "%d values for %d columns", row.size(), columns.size());
            }
        }
    }

    /** A scatter plot: one marker per arm, with an optional vertical interval. */
    record Scatter(Axis x, Axis y, List<Mark> marks) implements Plot {}

    /** A labelled marker. */
    record Mark(String label, int slot, Point at) {}

    /**
     * A forest plot: differences with their intervals around zero.
     *
     * @param left what a negative difference means
     * @param right what a positive difference means
     */
    record Intervals(Axis x, String left, String right, List<Interval> intervals) implements Plot {}

    /**
     * One difference.
     *
     * @param label what is compared
     * @param text the numbers as they are printed
     * @param at the value in {@code y} and its interval in low and high; x is not used
     * @param detectable half the width of the zone around zero in which this many seeds would probably not detect a difference
     */
    record Interval(String label, String text, int slot, Point at, double detectable) {}

    /** The format of an axis's numbers. */
    enum Format {
        /** 1.5 */
        PLAIN,
        /** 1.5M */
        COUNT,
        /** 2m 05s */
        SECONDS,
        /** 1e-3 */
        SCIENTIFIC
    }

    /**
     * An axis with its ends and its tick spacing, so that every rendering has the same.
     *
     * @param name the name, with the unit
     * @param labels the tick labels at 0, 1, 2, ... of an axis of categories; empty for an axis of numbers
     */
    record Axis(String name, Format format, double min, double max, double step, List<String> labels) {
        private static final int TICKS = 7;

        /** Copies the labels. */
        public Axis {
            labels = List.copyOf(labels);
        }

        /** Creates an axis of numbers. */
        public Axis(String name, Format format, double min, double max, double step) {
            this(name, format, min, max, step, List.of());
        }

        /** Returns an axis of equally spaced labels; a value between two integers lies between two labels. */
        public static Axis labelled(String name, List<String> labels) {
            return new Axis(name, Format.PLAIN, 0, Math.max(1, labels.size() - 1), 1, labels);
        }

        /** Returns the tick label at a value. */
        public String tick(double value) {
            if (labels.isEmpty()) {
                return Numbers.tick(value, format);
            }
            int index = (int) Math.round(value);
            boolean whole = Math.abs(value - index) < 1e-6;
            return whole && index >= 0 && index < labels.size() ? labels.get(index) : " ";
        }

        /** Returns an axis that covers the values and ends at round numbers. */
        public static Axis around(String name, Format format, double low, double high) {
            double from = Double.isFinite(low) ? low : 0;
            double to = Double.isFinite(high) ? high : 1;
            if (to - from < 1e-9 * Math.max(1, Math.abs(to))) {
                double pad = Math.max(Math.abs(to) * 0.1, 1e-6);
                from -= pad;
                to += pad;
            }
            double step = step(to - from);
            return new Axis(
                    name, format, round(Math.floor(from / step) * step), round(Math.ceil(to / step) * step), step);
        }

        /** Returns an axis from zero to exactly the largest value: training does not end at a round number. */
        public static Axis progress(String name, Format format, double high) {
            double to = Double.isFinite(high) && high > 0 ? high : 1;
            return new Axis(name, format, 0, to, step(to));
        }

        /** Returns this axis with another start, for a closer look at the end. */
        public Axis from(double start) {
            return new Axis(name, format, start, max, step(max - start), labels);
        }

        private static double step(double span) {
            double raw = span / TICKS;
            double power = Math.pow(10, Math.floor(Math.log10(raw)));
            double lead = raw / power;
            return round((lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power);
        }

        private static double round(double value) {
            return Numbers.roundTo(value, 12);
        }
    }
}
