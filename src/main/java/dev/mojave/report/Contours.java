package dev.mojave.report;

import dev.mojave.report.plot.Plot.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of equal value over a grid, by marching squares: within a square of four neighbouring values they are interpolated linearly along its
 * sides. A square with a missing value has no line; at a saddle the mean of the corners decides which sides are connected.
 */
final class Contours {
    private static final Point GAP = new Point(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    private Contours() {}

    /**
     * Returns the line of a value as segments, each two points and a gap.
     *
     * @param values by row and column; x counts columns and y rows, from 0
     */
    static List<Point> at(List<List<Double>> values, double level) {
        List<Point> points = new ArrayList<>();
        for (int r = 0; r + 1 < values.size(); r++) {
            for (int c = 0; c + 1 < values.get(r).size(); c++) {
                square(values, r, c, level, points);
            }
        }
        return points;
    }

    private static void square(List<List<Double>> values, int r, int c, double level, List<Point> points) {
        double[] corner = {
            values.get(r).get(c) - level,
            values.get(r).get(c + 1) - level,
            values.get(r + 1).get(c + 1) - level,
            values.get(r + 1).get(c) - level
        };
        double[][] place = {{c, r}, {c + 1, r}, {c + 1, r + 1}, {c, r + 1}};
        List<Point> crossings = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < corner.length; i++) {
            double from = corner[i];
            double to = corner[(i + 1) % corner.length];
            sum += from;
            if (!Double.isFinite(from)) {
                return;
            }
            if (from > 0 != to > 0) {
                double share = from / (from - to);
                double[] a = place[i];
                double[] b = place[(i + 1) % corner.length];
                crossings.add(Point.of(a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])));
            }
        }
        // Four crossings lie on the sides in turn. The first corner is cut off, with the sides before and after it,
        // unless the centre is on its side.
        boolean turned = crossings.size() == 4 && sum > 0 != corner[0] > 0;
        for (int i = 0; i + 1 < crossings.size(); i += 2) {
            points.add(crossings.get(turned ? (i + 3) % 4 : i));
            points.add(crossings.get(turned ? i : i + 1));
            points.add(GAP);
        }
    }
}
