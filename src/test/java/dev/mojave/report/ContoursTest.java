package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.report.plot.Plot.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContoursTest {
    /** Of a plane the contour is a straight line: x + y / 2 = 1. */
    @Test
    void ofAPlaneIsALine() {
        List<Point> points =
                Contours.at(List.of(List.of(0.0, 1.0, 2.0), List.of(0.5, 1.5, 2.5), List.of(1.0, 2.0, 3.0)), 0.9);
        assertThat(points).isNotEmpty();
        assertThat(points.size() % 3).isZero();
        for (int i = 0; i < points.size(); i += 3) {
            for (Point end : points.subList(i, i + 2)) {
                assertThat(end.x() + end.y() / 2).isCloseTo(0.9, within(1e-12));
            }
            assertThat(points.get(i + 2).x()).isNaN();
        }
    }

    @Test
    void aLevelThatIsNotReachedAndMissingValuesHaveNone() {
        assertThat(Contours.at(List.of(List.of(1.0, 2.0), List.of(3.0, 4.0)), 0))
                .isEmpty();
        assertThat(Contours.at(List.of(List.of(-1.0, Double.NaN), List.of(3.0, 4.0)), 0))
                .isEmpty();
    }

    /** In a saddle two corners that lie across from each other are joined if the centre is on their side. */
    @Test
    void aSaddleIsJoinedByItsCentre() {
        // Corners of row 0 column 0 and row 1 column 1 are positive, and so is the mean: they are joined, so each line
        // cuts off a negative corner.
        List<Point> joined = Contours.at(List.of(List.of(3.0, -1.0), List.of(-1.0, 3.0)), 0);
        assertThat(joined).hasSize(6);
        assertThat(cutsOff(joined.subList(0, 2), 1, 0) || cutsOff(joined.subList(3, 5), 1, 0))
                .isTrue();
        assertThat(cutsOff(joined.subList(0, 2), 0, 1) || cutsOff(joined.subList(3, 5), 0, 1))
                .isTrue();
        List<Point> apart = Contours.at(List.of(List.of(1.0, -3.0), List.of(-3.0, 1.0)), 0);
        assertThat(cutsOff(apart.subList(0, 2), 0, 0) || cutsOff(apart.subList(3, 5), 0, 0))
                .isTrue();
        assertThat(cutsOff(apart.subList(0, 2), 1, 1) || cutsOff(apart.subList(3, 5), 1, 1))
                .isTrue();
    }

    /** Both ends on the two sides that meet in a corner. */
    private static boolean cutsOff(List<Point> segment, int x, int y) {
        boolean onColumn = segment.stream().anyMatch(end -> Math.abs(end.x() - x) < 1e-12);
        boolean onRow = segment.stream().anyMatch(end -> Math.abs(end.y() - y) < 1e-12);
        return onColumn && onRow;
    }
}
