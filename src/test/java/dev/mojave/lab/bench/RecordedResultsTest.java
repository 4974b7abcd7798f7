package dev.mojave.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.result.bench.BenchComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/performance.md shows the results recorded under bench/results; if it does not, the failure prints the expected table. */
class RecordedResultsTest {
    private static final String BEGIN =
            "<!-- recorded: RecordedResultsTest holds what follows equal to bench/results -->\n";
    private static final String END = "<!-- end of what was recorded -->";

    private static List<BenchComparison> recorded() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("bench", "results"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> Json.read(file, BenchComparison.class))
                    .toList();
        }
    }

    @Test
    void theTablesAreTheRecordedResults() throws IOException {
        String page = Files.readString(Path.of("docs", "performance.md"));
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        assertThat(begin).isPositive();
        assertThat(page.substring(begin + BEGIN.length(), end)).isEqualTo(ResultsTable.markdown(recorded()));
    }

    @Test
    void everyResultNamesACommitOfACleanTree() throws IOException {
        assertThat(recorded()).isNotEmpty().allSatisfy(result -> {
            assertThat(result.commit()).matches("[0-9a-f]{12}");
            assertThat(result.command()).startsWith("./mojave bench compare");
            assertThat(result.rivals()).hasSizeGreaterThan(1);
        });
    }

    @Test
    void aPeerThatWasNotMeasuredIsShownWithItsReason() {
        BenchComparison result = new BenchComparison(
                "some work",
                1000,
                50,
                0.25,
                200,
                List.of(
                        new BenchComparison.Rival(
                                "Mojave", "Mojave fp32", 0.010, 1, 1, 1, 20, 100_000_000, 350_000_000, null),
                        BenchComparison.Rival.failed("Other", "no module")),
                new dev.mojave.result.Provenance.Machine("a processor", 2, 8_000_000_000L, "Linux", null),
                java.util.Map.of(),
                "0123456789ab",
                "./mojave bench compare",
                "2026-01-02T03:04:05Z");
        assertThat(ResultsTable.markdown(List.of(result)))
                .contains("### some work\n1,000 tokens/s, 50 GFLOP/s, 25% of the float32 ceiling (200 GFLOP/s)")
                .contains("| Mojave (Mojave fp32) | 10.0 ms | 1.00 | 1.00 to 1.00 | 20 | 250 MB |")
                .contains("| Other | not measured: no module |");
    }
}
