package dev.mojave.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.result.RunRecord;
import dev.mojave.result.study.Summary;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a sweep, tested with invented results. */
class SweepReportTest {
    @TempDir
    Path folder;

    private static SweepPoint point(int number, String rate, String kind, double loss, boolean ranked) {
        boolean best = number == 1;
        return new SweepPoint(
                "point-" + number,
                "learning_rate=" + rate + ", optimizer.kind=" + kind,
                Map.of("train.learning_rate", rate, "train.optimizer.kind", kind),
                ranked ? number : null,
                1,
                200_000,
                "llama 2x64",
                1_063_424,
                1_063_424,
                5_900_000,
                new Summary(loss, 0.002, List.of(loss - 0.002, loss, loss + 0.002)),
                new Summary(loss, 0.002, List.of(loss - 0.002, loss, loss + 0.002)),
                12_000,
                30,
                500_000_000,
                best || !ranked
                        ? null
                        : new SweepPoint.Difference(
                                0.01 * number, 0.01 * number - 0.004, 0.01 * number + 0.004, 0.95, 3, 0.004, 0.02));
    }

    private static SweepResult sweep(String odd) {
        List<SweepPoint> points = List.of(
                point(1, "0.003", "muon", 1.58, true),
                point(2, "0.003", odd, 1.60, true),
                point(3, "0.001", "muon", 1.63, true),
                point(4, "0.001", odd, 1.66, false));
        List<SweepResult.Effect> effects = List.of(
                new SweepResult.Effect("train.learning_rate", "0.001", 2, 1.645, 0.0275, 0.021, 0.034),
                new SweepResult.Effect("train.learning_rate", "0.003", 2, 1.59, -0.0275, -0.034, -0.021),
                new SweepResult.Effect("train.optimizer.kind", odd, 2, 1.63, 0.0125, 0.01, 0.015),
                new SweepResult.Effect("train.optimizer.kind", "muon", 2, 1.605, -0.0125, -0.015, -0.01));
        return new SweepResult(
                "what matters" + odd,
                List.of(
                        new SweepResult.Key("train.learning_rate", "learning_rate", List.of("0.001", "0.003"), "list"),
                        new SweepResult.Key("train.optimizer.kind", "optimizer.kind", List.of(odd, "muon"), "list")),
                points,
                effects,
                List.of(new SweepResult.Interaction(
                        "train.learning_rate",
                        "train.optimizer.kind",
                        List.of(
                                new SweepResult.Cell("0.001", odd, 0, null, null),
                                new SweepResult.Cell("0.001", "muon", 1, 1.63, -0.0025),
                                new SweepResult.Cell("0.003", odd, 1, 1.60, -0.0025),
                                new SweepResult.Cell("0.003", "muon", 1, 1.58, 0.0025)))),
                null,
                Fakes.UNIGRAM,
                1.0,
                "Of 3 points, learning_rate=0.003, optimizer.kind=muon has the lowest validation loss.",
                List.of("A note" + odd),
                Map.of("point-2", List.of("A router that is not causal.")),
                Map.of("point-4/seed-1339", "failed: out of memory"),
                Fakes.provenance(List.of(1337L, 1338L, 1339L)),
                2);
    }

    private static List<RunRecord> runs(SweepResult sweep) {
        List<RunRecord> runs = new ArrayList<>();
        for (SweepPoint point : sweep.points()) {
            for (long seed : sweep.provenance().seeds()) {
                runs.add(Fakes.run(
                        new Fakes.Arm(
                                point.name(), point.valLoss().mean(), 1, false, 1_000_000, 1_000_000, 5_900_000, 30),
                        seed,
                        "finished"));
            }
        }
        return runs;
    }

    @Test
    void thePageHasTheRankingTheEffectsAndHowToReproduceIt() {
        SweepResult sweep = sweep("adamw");
        String html = SweepPage.of(sweep, runs(sweep)).html();
        String markup = html.substring(0, html.indexOf("<script type=\"application/json\""));
        assertThat(markup)
                .contains("Which values of train.learning_rate and train.optimizer.kind train best?")
                .contains(sweep.headline())
                .contains("point-2: A router that is not causal.")
                .contains("Validation loss of the 3 best points")
                .contains("not ranked")
                .contains("+0.0200 [+0.0160, +0.0240], corrected p 0.020")
                .contains("The values of train.learning_rate differ by up to 0.0550 nats per token")
                .contains(
                        "learning_rate and optimizer.kind deviate from the sum of their effects by up to 0.0025 nats per token")
                .contains("Resolved recipe of point-1")
                .contains("A note");
        // Thousandths of a nat from the mean of all points, 1.6175; a cell without points is empty.
        assertThat(markup).contains(">−37.50<", ">12.50<", ">−2.50<");
    }

    @Test
    void everyPlotIsDrawn() {
        List<String> warnings = new ArrayList<>();
        SweepResult sweep = sweep("adamw");
        assertThat(SweepReport.write(sweep, runs(sweep), folder, warnings::add))
                .extracting(file -> folder.relativize(file).toString())
                .containsExactly(
                        "report.html",
                        "plots/differences.png",
                        "plots/effects-learning-rate.png",
                        "plots/effects-optimizer-kind.png",
                        "plots/interactions-learning-rate-optimizer-kind.png",
                        "plots/interactions-learning-rate-optimizer-kind-alone.png",
                        "plots/loss.png");
        assertThat(warnings).isEmpty();
    }

    @Test
    void textThatTriesToBreakOutDoesNot() {
        SweepResult sweep = sweep(Hostile.SCRIPT + Hostile.IMAGE + Hostile.TEMPLATE);
        List<String> warnings = new ArrayList<>();
        SweepReport.write(sweep, runs(sweep), folder, warnings::add);
        assertThat(warnings).isEmpty();
        String html = SweepPage.of(sweep, runs(sweep)).html();
        assertThat(html).doesNotContain(Hostile.SCRIPT, Hostile.IMAGE);
    }

    @Test
    void anEmptySweepAndASingleSeedAreShown() {
        SweepResult full = sweep("adamw");
        SweepResult none = new SweepResult(
                "none",
                full.keys(),
                List.of(),
                List.of(),
                List.of(),
                new SweepResult.Halving(List.of(100L, 200L), 0.5, List.of(4, 0)),
                Fakes.UNIGRAM,
                1,
                "No point is ranked: none has a result for every seed.",
                List.of(),
                Map.of(),
                Map.of(),
                full.provenance(),
                1);
        assertThat(SweepPage.of(none, List.of()).html())
                .contains("No point has results.", "No key has two values with results.");
        assertThat(SweepFigures.p(null)).isEqualTo("–");
        assertThat(SweepFigures.p(0.0002)).isEqualTo("< 0.001");
        assertThat(SweepFigures.text(new SweepPoint.Difference(0.01, null, null, 0.95, 1, null, null)))
                .isEqualTo("+0.0100");
    }
}
