package dev.mojave.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.tree.Yaml;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SpaceTest {
    private static final SweptKey.Range RATE =
            new SweptKey.Range("train.learning_rate", 1e-4, 1e-2, SweptKey.Scale.LOG, false);
    private static final SweptKey.Range STEPS =
            new SweptKey.Range("train.schedule.warmup_steps", 0, 3, SweptKey.Scale.LINEAR, true);

    private static Map<String, List<JsonNode>> grid() {
        Map<String, List<JsonNode>> grid = new LinkedHashMap<>();
        grid.put("a.x", values("[1, 2]"));
        grid.put("b.kind", values("[u, v, {kind: w, z: 3}]"));
        return grid;
    }

    private static List<JsonNode> values(String yaml) {
        return Yaml.value(yaml, "test").valueStream().toList();
    }

    @Test
    void aGridHasEveryCombinationTheLastKeyFastest() {
        Space space = Space.grid(grid());
        assertThat(space.count()).isEqualTo(6);
        assertThat(space.points())
                .extracting(Point::label)
                .containsExactly(
                        "x=1, b.kind=u",
                        "x=1, b.kind=v",
                        "x=1, b.kind={kind: w, z: 3}",
                        "x=2, b.kind=u",
                        "x=2, b.kind=v",
                        "x=2, b.kind={kind: w, z: 3}");
        assertThat(space.points()).extracting(Point::name).startsWith("point-1", "point-2");
    }

    @Test
    void samplesAreTheSameWithEveryPointOfTheGridAndBeginMoreSamples() {
        Space space = new Space(Space.listed(grid()), List.of(RATE, STEPS), 4, 9);
        List<Point> points = space.points();
        assertThat(points).hasSize(24);
        for (int i = 0; i < 4; i++) {
            assertThat(points.get(4 + i).text(RATE.path()))
                    .isEqualTo(points.get(i).text(RATE.path()));
        }
        List<Point> few = new Space(List.of(), List.of(RATE, STEPS), 4, 9).points();
        List<Point> many = new Space(List.of(), List.of(RATE, STEPS), 9, 9).points();
        assertThat(many.subList(0, 4)).isEqualTo(few);
        assertThat(new Space(List.of(), List.of(RATE, STEPS), 4, 10).points()).isNotEqualTo(few);
    }

    /**
     * Values are within their range, whole numbers include both ends, and a logarithmic scale gives as many values in each
     * decade.
     */
    @Test
    void drawsAreSpreadAsTheScaleSays() {
        List<Point> points = new Space(List.of(), List.of(RATE), 2000, 1).points();
        long below = points.stream().filter(p -> p.number(RATE.path()) < 1e-3).count();
        assertThat(below).isBetween(900L, 1100L);
        assertThat(points).allSatisfy(p -> assertThat(p.number(RATE.path())).isBetween(1e-4, 1e-2));
        SweptKey.Range linear = new SweptKey.Range("r", 0, 10, SweptKey.Scale.LINEAR, false);
        assertThat(new Space(List.of(), List.of(linear), 2000, 1)
                        .points().stream().filter(p -> p.number("r") < 1).count())
                .isBetween(150L, 250L);
        assertThat(new HashSet<>(new Space(List.of(), List.of(STEPS), 4, 1)
                        .points().stream().map(p -> p.text(STEPS.path())).toList()))
                .containsExactlyInAnyOrder("0", "1", "2", "3");
        SweptKey.Range widths = new SweptKey.Range("w", 1, 1024, SweptKey.Scale.LOG, true);
        assertThat(new Space(List.of(), List.of(widths), 150, 1).points())
                .allSatisfy(p -> assertThat(p.number("w")).isBetween(1.0, 1024.0));
    }

    @Test
    void samplesDifferFromEachOtherOrAreRefused() {
        List<SweptKey> keys = List.of(new SweptKey.Listed("k", values("[1, 2, 3]")));
        assertThat(new HashSet<>(new Space(List.of(), keys, 3, 5)
                        .points().stream().map(p -> p.text("k")).toList()))
                .hasSize(3);
        assertThatThrownBy(() -> new Space(List.of(), keys, 4, 5))
                .hasMessage("random.samples (4) is more than the 3 distinct samples that the keys allow; take fewer");
    }

    @Test
    void hugeSpacesAreCountedWithoutBeingMade() {
        List<JsonNode> thousand = values("["
                + String.join(
                        ", ",
                        java.util.stream.IntStream.range(0, 1000)
                                .mapToObj(String::valueOf)
                                .toList()) + "]");
        Map<String, List<JsonNode>> grid = new LinkedHashMap<>();
        for (int i = 0; i < 10; i++) {
            grid.put("k" + i, thousand);
        }
        assertThat(Space.grid(grid).count()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void listsAndRangesAreChecked() {
        assertThatThrownBy(() -> new SweptKey.Listed("k", List.of()))
                .hasMessage("k lists no value; give it at least one");
        assertThatThrownBy(() -> new SweptKey.Listed("k", values("[1.0e-3, 2, 0.001]")))
                .hasMessage("k lists 0.001 twice");
        assertThatThrownBy(() -> new SweptKey.Range("k", 2, 2, SweptKey.Scale.LINEAR, true))
                .hasMessage("k: from (2) must be below to (2)");
        assertThatThrownBy(() -> new SweptKey.Range("k", 0, 1, SweptKey.Scale.LOG, false))
                .hasMessage("k: from (0.0) must be positive if scale is log");
    }

    @Test
    void namesAreTheShortestThatTellKeysApart() {
        assertThat(Point.shortNames(List.of(
                        "model.hidden_size",
                        "train.optimizer.kind",
                        "train.schedule.kind",
                        "train.a.rate",
                        "train.b.rate",
                        "rate")))
                .containsValues("hidden_size", "optimizer.kind", "schedule.kind", "a.rate", "b.rate", "rate");
    }
}
