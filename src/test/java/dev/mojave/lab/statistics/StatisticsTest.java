package dev.mojave.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.tree.Json;
import dev.mojave.result.study.Summary;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class StatisticsTest {
    private static final JsonNode GOLDEN = golden();

    @ParameterizedTest
    @MethodSource("samples")
    void pairedIntervalEqualsScipy(String name) {
        JsonNode sample = GOLDEN.get("paired").get(name);
        List<Double> a = doubles(sample.get("a"));
        List<Double> b = doubles(sample.get("b"));
        for (Map.Entry<String, JsonNode> level : sample.get("intervals").properties()) {
            Statistics.Paired paired = Statistics.paired(a, b, Double.parseDouble(level.getKey()));
            assertThat(paired.n()).isEqualTo(a.size());
            assertThat(paired.mean()).isCloseTo(sample.get("mean").asDouble(), within(1e-12));
            assertThat(paired.sd()).isCloseTo(sample.get("sd").asDouble(), within(1e-12));
            Statistics.Interval interval = paired.interval().orElseThrow();
            assertThat(interval.low()).isCloseTo(level.getValue().get(0).asDouble(), within(1e-9));
            assertThat(interval.high()).isCloseTo(level.getValue().get(1).asDouble(), within(1e-9));
        }
    }

    @Test
    void powerEqualsScipysNoncentralT() {
        for (JsonNode row : GOLDEN.get("power")) {
            double power = Statistics.power(
                    row.get("effect").asDouble(),
                    row.get("n").asInt(),
                    row.get("level").asDouble());
            assertThat(power).as(row.toString()).isCloseTo(row.get("power").asDouble(), within(1e-8));
        }
    }

    @Test
    void detectableEffectEqualsScipys() {
        for (JsonNode row : GOLDEN.get("detectable")) {
            double expected = row.get("effect").asDouble();
            double effect = Statistics.detectableEffect(
                    row.get("n").asInt(), row.get("level").asDouble(), 0.8);
            assertThat(effect / expected).as(row.toString()).isCloseTo(1, within(1e-8));
        }
    }

    /** Sample sizes of G*Power's manual and of R's power.t.test for matched pairs, two-sided, 5%. */
    @ParameterizedTest
    @CsvSource({"0.5, 34, 0.8078", "0.5, 33, 0.7954", "0.5, 54, 0.9502"})
    void powerEqualsPublishedTables(double effect, int n, double published) {
        assertThat(Statistics.power(effect, n, 0.95)).isCloseTo(published, within(6e-5));
    }

    @Test
    void powerWithoutAnEffectIsTheSizeOfTheTest() {
        for (int n : new int[] {2, 3, 7, 50, 400}) {
            assertThat(Statistics.power(0, n, 0.95)).isCloseTo(0.05, within(1e-9));
        }
    }

    @Test
    void anIntervalCoversTheTruthAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(11);
        int trials = 4000;
        int covered = 0;
        for (int i = 0; i < trials; i++) {
            List<Double> a = normals(random, 3, 0.3);
            List<Double> b = normals(random, 3, 0.0);
            Statistics.Interval interval =
                    Statistics.paired(a, b, 0.95).interval().orElseThrow();
            covered += interval.low() <= 0.3 && 0.3 <= interval.high() ? 1 : 0;
        }
        // Within three standard errors of a share of 0.95 over 4000 trials.
        assertThat(covered / (double) trials).isCloseTo(0.95, within(0.0104));
    }

    @Test
    void theDetectableDifferenceIsFoundAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(12);
        double truth = Statistics.detectableEffect(4, 0.95, 0.8);
        int trials = 4000;
        int found = 0;
        for (int i = 0; i < trials; i++) {
            List<Double> differences = normals(random, 4, truth);
            found += Statistics.paired(differences, List.of(0.0, 0.0, 0.0, 0.0), 0.95)
                            .interval()
                            .orElseThrow()
                            .excludesZero()
                    ? 1
                    : 0;
        }
        assertThat(found / (double) trials).isCloseTo(0.8, within(0.019));
    }

    @Test
    void onePairHasADifferenceAndNoInterval() {
        Statistics.Paired paired = Statistics.paired(List.of(2.0), List.of(1.5), 0.95);
        assertThat(paired.mean()).isEqualTo(0.5);
        assertThat(paired.interval()).isEmpty();
        assertThat(paired.detectable()).isEmpty();
    }

    @Test
    void swappingTheArmsMirrorsTheInterval() {
        List<Double> a = List.of(1.0, 1.2, 1.1);
        List<Double> b = List.of(1.3, 1.25, 1.4);
        Statistics.Interval forward = Statistics.paired(a, b, 0.95).interval().orElseThrow();
        Statistics.Interval backward = Statistics.paired(b, a, 0.95).interval().orElseThrow();
        assertThat(forward.low()).isCloseTo(-backward.high(), within(1e-12));
        assertThat(forward.high()).isCloseTo(-backward.low(), within(1e-12));
    }

    @Test
    void summaryHasSampleDeviation() {
        Summary summary = Statistics.summary(List.of(1.0, 2.0, 3.0, 4.0));
        assertThat(summary.mean()).isEqualTo(2.5);
        assertThat(summary.sd()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-12));
        assertThat(Statistics.summary(List.of(7.0))).isEqualTo(new Summary(7, 0, List.of(7.0)));
    }

    @Test
    void misuseIsNamed() {
        assertThatThrownBy(() -> Statistics.paired(List.of(1.0), List.of(), 0.95))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pairs need equal, non-zero counts; got 1 and 0");
        assertThatThrownBy(() -> Statistics.summary(List.of())).hasMessage("a summary needs at least one value");
        assertThatThrownBy(() -> Statistics.power(1, 1, 0.95)).hasMessage("power needs at least two pairs, got 1");
        assertThatThrownBy(() -> Statistics.detectableEffect(3, 0.95, 0.01)).hasMessageContaining("must exceed");
    }

    static List<String> samples() {
        return List.copyOf(GOLDEN.get("paired").propertyNames());
    }

    private static List<Double> normals(SplittableRandom random, int n, double mean) {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            values.add(mean + random.nextGaussian());
        }
        return values;
    }

    private static List<Double> doubles(JsonNode array) {
        List<Double> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asDouble()));
        return values;
    }

    private static JsonNode golden() {
        try (InputStream in = StatisticsTest.class.getResourceAsStream("/golden/statistics/expected.json")) {
            return Json.mapper().readTree(Objects.requireNonNull(in, "golden/statistics/expected.json"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
