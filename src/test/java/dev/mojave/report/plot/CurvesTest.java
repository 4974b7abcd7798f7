package dev.mojave.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.report.plot.Plot.Axis;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.report.plot.Plot.Point;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurvesTest {
    @Test
    void theBandIsMeanPlusMinusTheSampleDeviation() {
        List<Point> mean = Curves.meanOverSeeds(
                List.of(List.of(Point.of(1, 2)), List.of(Point.of(1, 4)), List.of(Point.of(1, 6))));
        assertThat(mean).containsExactly(new Point(1, 4, 2, 6));
    }

    @Test
    void pointsThatOnlySomeSeedsHaveAreLeftOut() {
        List<Point> whole = List.of(Point.of(1, 2), Point.of(2, 1));
        List<Point> cut = List.of(Point.of(1, 4));
        assertThat(Curves.meanOverSeeds(List.of(whole, cut)))
                .extracting(Point::x)
                .containsExactly(1.0);
    }

    @Test
    void oneSeedHasNoBand() {
        assertThat(Curves.meanOverSeeds(List.of(List.of(Point.of(1, 2))))
                        .getFirst()
                        .hasBand())
                .isFalse();
    }

    @Test
    void smoothingKeepsAStraightLineUpToTheLastWindow() {
        List<Point> line =
                IntStream.range(0, 100).mapToObj(i -> Point.of(i, 3 * i)).toList();
        List<Point> smooth = Curves.smooth(line);
        for (int i = 0; i < 100 - 4; i++) {
            assertThat(smooth.get(i).y()).isCloseTo(3 * i, within(1e-9));
        }
    }

    @Test
    void theLastSmoothedValueAveragesTheWindowBeforeIt() {
        List<Point> noisy =
                IntStream.range(0, 100).mapToObj(i -> Point.of(i, i % 2)).toList();
        assertThat(Curves.smooth(noisy).getLast().y()).isCloseTo(0.6, within(1e-9));
    }

    @Test
    void thinningKeepsTheEndAndTheMean() {
        List<Point> many =
                IntStream.range(0, 100_000).mapToObj(i -> Point.of(i, i % 2)).toList();
        List<Point> thin = Curves.thin(many);
        assertThat(thin).hasSizeLessThanOrEqualTo(Curves.MAX_POINTS);
        assertThat(thin.getLast().x()).isEqualTo(99_999);
        assertThat(thin).allSatisfy(point -> assertThat(point.y()).isCloseTo(0.5, within(1e-9)));
    }

    @Test
    void spreadKeepsBothEnds() {
        List<Integer> all = IntStream.range(0, 101).boxed().toList();
        assertThat(Curves.spread(all, 5)).containsExactly(0, 25, 50, 75, 100);
        assertThat(Curves.spread(all, 200)).isEqualTo(all);
    }

    @Test
    void axesEndAtRoundNumbersAroundTheValues() {
        Axis axis = Axis.around("loss", Format.PLAIN, 1.563, 1.657);
        assertThat(axis.min()).isEqualTo(1.56);
        assertThat(axis.max()).isEqualTo(1.66);
        assertThat(axis.step()).isEqualTo(0.02);
    }

    @Test
    void anAxisOfOneValueOrOfNoneStillHasALength() {
        assertThat(Axis.around("loss", Format.PLAIN, 2, 2)).satisfies(axis -> {
            assertThat(axis.min()).isLessThan(2);
            assertThat(axis.max()).isGreaterThan(2);
        });
        Axis none = Axis.around("loss", Format.PLAIN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        assertThat(none.max()).isGreaterThan(none.min());
    }
}
