package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.StudyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/results.md shows the studies recorded under results; if it does not, the failure prints the expected tables. */
class RecordedStudiesTest {
    private static final Pattern BLOCK =
            Pattern.compile("<!-- study: (results/[\\w.-]+) -->\n(.*?)<!-- end of study -->", Pattern.DOTALL);

    private static List<MatchResult> blocks() throws IOException {
        return BLOCK.matcher(Files.readString(Path.of("docs", "results.md")))
                .results()
                .toList();
    }

    @Test
    void theTablesAreTheRecordedResults() throws IOException {
        assertThat(blocks())
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block.group(2))
                        .isEqualTo(table(Json.read(Path.of(block.group(1), "results.json"), StudyResult.class))));
    }

    @Test
    void everyRecordNamesItsCommitDataAndSeeds() throws IOException {
        assertThat(blocks()).allSatisfy(block -> {
            StudyResult study = Json.read(Path.of(block.group(1), "results.json"), StudyResult.class);
            assertThat(study.provenance().commit()).matches("[0-9a-f]{12}");
            assertThat(study.provenance().dataSha256()).matches("[0-9a-f]{64}");
            assertThat(study.provenance().command()).startsWith("./mojave ");
            assertThat(Path.of(block.group(1), "recipe.yaml")).exists();
        });
    }

    private static String table(StudyResult study) {
        StringBuilder text = new StringBuilder(
                "| arm | active parameters | total parameters | validation loss, nats per token |\n|---|---|---|---|\n");
        for (ArmResult arm : study.arms()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,d | %.4f ± %.4f |\n",
                    arm.name(),
                    arm.activeWithoutEmbeddings(),
                    arm.parametersWithoutEmbeddings(),
                    arm.valLoss().mean(),
                    arm.valLoss().sd()));
        }
        text.append("\n| difference | mean | 95% interval | seeds | minimum detectable |\n|---|---|---|---|---|\n");
        for (Comparison comparison : study.comparisons()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s minus %s | %+.4f | %+.4f to %+.4f | %d | %.4f |\n",
                    comparison.a(),
                    comparison.b(),
                    comparison.difference(),
                    comparison.ciLow(),
                    comparison.ciHigh(),
                    comparison.n(),
                    comparison.detectableDifference()));
        }
        return text.toString();
    }
}
