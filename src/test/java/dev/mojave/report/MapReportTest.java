package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.Summary;
import dev.mojave.result.study.TunedArm;
import dev.mojave.result.study.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a map, from invented results. */
class MapReportTest {
    private static final List<String> TOKENS = List.of("250000", "500000", "1000000");

    @TempDir
    Path folder;

    private static ArmResult arm(String name, double loss) {
        Summary summary = new Summary(loss, 0.002, List.of(loss - 0.002, loss + 0.002));
        return new ArmResult(
                name,
                "llama 2x64",
                300_000,
                200_000,
                180_000,
                100_000,
                null,
                900_000,
                summary,
                summary,
                50_000,
                900,
                30,
                500_000_000,
                List.of());
    }

    private static Comparison gap(String a, double difference) {
        return new Comparison(
                a,
                "moe",
                "val_loss",
                difference,
                difference - 0.004,
                difference + 0.004,
                0.95,
                "paired t over seeds",
                2,
                0.01,
                0.004,
                Math.abs(difference) > 0.015 ? 0.012 : 0.4,
                Map.of(1L, difference - 0.001, 2L, difference + 0.001));
    }

    private static MapResult map(List<String> widths, List<String> tokens, String odd) {
        List<MapCell> cells = new ArrayList<>();
        for (int w = 0; w < widths.size(); w++) {
            for (int t = 0; t < tokens.size(); t++) {
                Map<String, String> values = new LinkedHashMap<>();
                values.put("model.hidden_size", widths.get(w));
                values.put("tokens", tokens.get(t));
                double gap = -0.02 + 0.02 * t - 0.01 * w;
                // One cell has no result.
                boolean missing = w == 1 && t == 2;
                cells.add(new MapCell(
                        "cell-" + (cells.size() + 1),
                        "hidden_size=" + widths.get(w),
                        values,
                        missing ? List.of() : List.of(arm("dense", 2.0 + gap), arm("moe", 2.0)),
                        missing ? List.of() : List.of(gap("dense", gap))));
            }
        }
        return new MapResult(
                "map" + odd,
                List.of(new MapResult.Axis("model.hidden_size", widths), new MapResult.Axis("tokens", tokens)),
                cells,
                List.of(
                        new Turn(
                                Map.of("model.hidden_size", widths.getFirst()),
                                "dense",
                                "moe",
                                "moe",
                                500_000.0,
                                null,
                                700_000.0,
                                0.95,
                                2,
                                1,
                                "moe leads from 500k training tokens on" + odd),
                        new Turn(
                                Map.of("model.hidden_size", widths.getLast()),
                                "dense",
                                "moe",
                                "dense",
                                null,
                                null,
                                null,
                                0.95,
                                2,
                                0,
                                "not reached within the budgets: dense leads at every budget")),
                List.of(new TunedArm(
                        "moe",
                        Map.of("model.hidden_size", "32"),
                        500_000,
                        List.of(11L),
                        List.of(
                                new TunedArm.Setting(
                                        "point-1",
                                        "learning_rate=0.001",
                                        Map.of("train.learning_rate", "0.001"),
                                        new Summary(2.2, 0, List.of(2.2)),
                                        null),
                                new TunedArm.Setting(
                                        "point-2",
                                        "learning_rate=0.1",
                                        Map.of("train.learning_rate", "0.1"),
                                        null,
                                        "failed: the loss is not finite" + odd)),
                        "point-1",
                        List.of("train.learning_rate (0.001) is the smallest that was tried"))),
                Fakes.UNIGRAM,
                1,
                "Moe is shown to be better" + odd,
                List.of("A note" + odd),
                Map.of("cell-6-moe/seed-1", "failed" + odd),
                List.of("map"),
                Fakes.provenance(List.of(1L, 2L)),
                2);
    }

    @Test
    void thePageSaysWhereTheLeadChangesHands() {
        String html = MapPage.of(map(List.of("32", "64"), TOKENS, "")).html();
        String markup = html.substring(0, html.indexOf("<script type=\"application/json\""));
        assertThat(markup)
                .contains("From which size and how many tokens on does sparsity pay?")
                .contains("moe leads from 500k training tokens on")
                .contains("not reached within the budgets: dense leads at every budget")
                .contains("250k", "500k", "1M")
                .contains("−0.0200 [−0.0240, −0.0160]")
                .contains("dense is better", "no difference shown")
                .contains("chosen, at the edge of what was tried", "failed: the loss is not finite")
                .contains("What was tuned", "A note");
        // Thousandths of a nat.
        assertThat(markup).contains(">−20.00<", ">20.00<");
        assertThat(html).contains("\"labels\":[\"250k\",\"500k\",\"1M\"]");
    }

    @Test
    void everyPlotIsDrawn() {
        List<String> warnings = new ArrayList<>();
        assertThat(MapReport.write(map(List.of("32", "64"), TOKENS, ""), folder, warnings::add))
                .extracting(file -> folder.relativize(file).toString())
                .containsExactly(
                        "report.html", "plots/map-dense.png", "plots/contours-dense.png", "plots/gaps-dense.png");
        assertThat(warnings).isEmpty();
    }

    @Test
    void oneAxisHasNoContours() {
        MapResult map = map(List.of("32"), TOKENS, "");
        MapResult one = new MapResult(
                map.name(),
                List.of(map.axes().getLast()),
                map.cells().stream()
                        .map(cell -> new MapCell(
                                cell.name(),
                                cell.label(),
                                Map.of("tokens", cell.values().getOrDefault("tokens", "")),
                                cell.arms(),
                                cell.comparisons()))
                        .toList(),
                List.of(),
                List.of(),
                map.unigramEntropy(),
                1,
                "h",
                List.of(),
                Map.of(),
                List.of("one"),
                map.provenance(),
                1);
        List<String> warnings = new ArrayList<>();
        assertThat(MapReport.write(one, folder, warnings::add))
                .extracting(file -> folder.relativize(file).toString())
                .containsExactly("report.html", "plots/map-dense.png", "plots/gaps-dense.png");
        assertThat(warnings).isEmpty();
        assertThat(MapPage.of(one).html()).doesNotContain("What was tuned");
    }

    @Test
    void aMapWithoutResultsIsShownAsItStands() {
        MapResult map = map(List.of("32"), TOKENS, "");
        MapResult none = new MapResult(
                "none",
                map.axes(),
                List.of(),
                List.of(),
                List.of(),
                3,
                1,
                "No verdict",
                List.of(),
                Map.of(),
                List.of("none"),
                map.provenance(),
                1);
        assertThat(MapPage.of(none).html()).contains("There is nothing to compare");
    }

    @Test
    void textThatTriesToBreakOutDoesNot() {
        MapResult map = map(List.of("32", Hostile.SCRIPT), TOKENS, Hostile.SCRIPT + Hostile.IMAGE + Hostile.TEMPLATE);
        List<String> warnings = new ArrayList<>();
        MapReport.write(map, folder, warnings::add);
        assertThat(warnings).isEmpty();
        assertThat(MapPage.of(map).html()).doesNotContain(Hostile.SCRIPT, Hostile.IMAGE);
    }
}
