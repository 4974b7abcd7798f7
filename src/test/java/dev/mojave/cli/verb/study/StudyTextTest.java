package dev.mojave.cli.verb.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.lab.study.StudyResults;
import dev.mojave.result.Provenance;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.StudyResult;
import dev.mojave.result.study.Summary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StudyTextTest {
    private static ArmResult arm(String name, Summary loss, String sample) {
        return new ArmResult(
                name,
                "a model",
                1_900_000,
                1_100_000,
                1_852_928,
                1_064_448,
                null,
                5_950_000,
                loss,
                loss,
                25_400,
                310,
                81.4,
                512_000_000,
                sample.isEmpty() ? List.of() : List.of(sample));
    }

    private static String text(List<ArmResult> arms, Comparison comparison, String folder) {
        return text(arms, comparison, folder, 1);
    }

    private static String text(List<ArmResult> arms, Comparison comparison, String folder, int jobs) {
        StudyResult result = new StudyResult(
                "s",
                arms,
                List.of(comparison),
                List.of(),
                3.2,
                1.0,
                "The mixture beats dense.",
                "moe has a lower validation loss than dense.",
                List.of("The learning rate was not tuned."),
                List.of(),
                new Provenance(
                        "0.1.0",
                        "",
                        "",
                        "",
                        "",
                        List.of(7L, 8L),
                        new Provenance.Machine("a processor", 2, 1, "Linux", null),
                        Map.of(),
                        Map.of(),
                        "",
                        "",
                        null),
                jobs);
        return new StudyText(
                        new StudyResults.Output(result, List.of(), Map.of()),
                        Path.of(folder),
                        Optional.of(Path.of(folder, "report.html")))
                .text();
    }

    @Test
    void resultsArePrintedWithIntervalsAndPaths() {
        Summary dense = new Summary(1.6, 0.0123, List.of(1.59, 1.61));
        Summary moe = new Summary(1.5, 0.02, List.of(1.48, 1.52));
        String text = text(
                List.of(arm("moe", moe, "a small  plant\nof the family"), arm("dense", dense, "")),
                new Comparison("moe", "dense", "val_loss", -0.1, -0.15, -0.05, 0.95, "paired t over seeds", 2, 0.04),
                "runs/s");
        assertThat(text.lines())
                .containsExactly(
                        "moe writes: a small plant of the family",
                        "",
                        "arm    active  total  validation loss  share of unigram  tokens/s  generated/s    time  memory",
                        "moe     1.06M  1.85M  1.5000 ± 0.0200               47%     25.4k          310  1m 21s  512 MB",
                        "dense   1.06M  1.85M  1.6000 ± 0.0123               50%     25.4k          310  1m 21s  512 MB",
                        "Parameters without embeddings and head; loss in nats per token, mean ± standard deviation over seeds, and as a",
                        "share of the unigram entropy (3.2000 nats); speed and time of one trial, medians.",
                        "",
                        "moe minus dense: -0.1000 nats per token, 95% interval -0.1500 to -0.0500, 2 seeds",
                        "",
                        "The mixture beats dense.",
                        "",
                        "moe has a lower validation loss than dense.",
                        "",
                        "The learning rate was not tuned.",
                        "",
                        "Report:  runs/s/report.html",
                        "Results: runs/s/results.json",
                        "",
                        "Next:",
                        "  ./mojave generate runs/s/trials/moe/seed-7 --prompt 'a small'",
                        "  ./mojave study recipes/quickstart.yaml --set budget.tokens=5M --name longer");
    }

    @Test
    void speedsAndTimesOfConcurrentTrialsAreMarked() {
        Summary loss = new Summary(1.5, 0.02, List.of(1.48, 1.52));
        String text = text(
                List.of(arm("moe", loss, "")),
                new Comparison("moe", "dense", "val_loss", -0.1, -0.15, -0.05, 0.95, "paired t over seeds", 2, 0.04),
                "runs/s",
                2);
        assertThat(text.lines())
                .contains(
                        "arm  active  total  validation loss  share of unigram  tokens/s*  generated/s*   time*  memory",
                        "moe   1.06M  1.85M  1.5000 ± 0.0200               47%      25.4k           310  1m 21s  512 MB");
        assertThat(text.replace('\n', ' '))
                .contains("speed and time of one trial, medians (* measured while up to 2 trials ran side by side).");
    }

    @Test
    void oneSeedHasNoIntervalAndAFolderWithSpacesCanBeTyped() {
        String text = text(
                List.of(arm("moe", new Summary(1.5, 0, List.of(1.5)), "x".repeat(500))),
                new Comparison("moe", "dense", "val_loss", 0.25, null, null, 0.95, "paired t over seeds", 1, null),
                "my runs/s");
        assertThat(text)
                .contains("moe minus dense: +0.2500 nats per token, no interval (one seed)")
                .contains("moe writes:\n  " + "x".repeat(180) + "…")
                .contains("  1.5000  ")
                .contains("  ./mojave generate 'my runs/s/trials/moe/seed-7' --prompt 'a small'");
    }

    @Test
    void linesAreBrokenBetweenWords() {
        String word = "0123456789";
        String text = String.join(" ", List.of(word, word, word, word, word, word, word, word, word, word, word));
        assertThat(StudyText.wrap(text, "  ")).isEqualTo(text.substring(0, 109) + "\n  " + word);
        assertThat(StudyText.wrap("x".repeat(200), "  ")).isEqualTo("x".repeat(200));
        assertThat(StudyText.wrap("", "  ")).isEmpty();
    }
}
