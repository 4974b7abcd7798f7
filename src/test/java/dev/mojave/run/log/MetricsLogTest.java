package dev.mojave.run.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.result.MetricSeries;
import dev.mojave.result.RoutingTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    Path folder;

    private static MetricLine line(long step, double loss) {
        return new MetricLine(step, step * 10, null, step * 0.5, Map.of("train/loss", loss), Map.of());
    }

    private Path log(MetricLine... lines) {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.append(file)) {
            for (MetricLine line : lines) {
                log.write(line);
            }
            log.force();
        }
        return file;
    }

    @Test
    void writesTheStandardKeysInOrder() throws IOException {
        Path file = log(new MetricLine(
                5, 50, 40L, 1.5, Map.of("val/loss", Double.NaN), Map.of("moe/0/load", List.of(0.25, 0.75))));
        assertThat(Files.readString(file))
                .isEqualTo("{\"step\":5,\"tokens\":50,\"words\":40,\"elapsed_seconds\":1.5,\"val/loss\":null,"
                        + "\"moe/0/load\":[0.25,0.75]}\n");
    }

    @Test
    void readsBackWhatItWrote() {
        MetricLine first = line(1, 2.5);
        MetricLine second =
                new MetricLine(2, 20, 3L, 1, Map.of("val/loss", 1e-7), Map.of("moe/1/load", List.of(0.5, 0.5)));
        assertThat(MetricsLog.read(log(first, second))).containsExactly(first, second);
        assertThat(MetricsLog.read(folder.resolve("none"))).isEmpty();
    }

    @Test
    void appendsToWhatIsThere() {
        log(line(1, 1));
        assertThat(MetricsLog.read(log(line(2, 2)))).containsExactly(line(1, 1), line(2, 2));
    }

    @Test
    void truncatesAfterAStepAndCutsHalfALine() throws IOException {
        Path file = log(line(1, 1), line(2, 2), line(2, 2.5), line(3, 3));
        Files.writeString(file, "{\"step\":4,\"tok", StandardOpenOption.APPEND);
        assertThat(MetricsLog.read(file)).hasSize(4);
        MetricsLog.truncateAfter(file, 2);
        assertThat(MetricsLog.read(file)).containsExactly(line(1, 1), line(2, 2), line(2, 2.5));
        assertThat(Files.readString(file)).endsWith("}\n");
        log(line(3, 4));
        assertThat(MetricsLog.read(file)).hasSize(4);
        assertThat(folder).isDirectoryContaining("glob:**metrics.jsonl").isDirectoryNotContaining("glob:**.tmp");
        MetricsLog.truncateAfter(file, 0);
        assertThat(file).isEmptyFile();
        MetricsLog.truncateAfter(folder.resolve("none"), 3);
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void namesADamagedLineInTheMiddle() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Files.writeString(
                file, line(1, 1).json() + "\n{\"step\":2}\n" + line(3, 1).json() + "\n");
        assertThatThrownBy(() -> MetricsLog.read(file))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage(file + ": line 2 is not a metrics line: 'tokens' must be a whole number;"
                        + " remove the line to read the others");
        Files.writeString(file, "not json\n" + line(3, 1).json() + "\n");
        assertThatThrownBy(() -> MetricsLog.read(file)).hasMessageContaining(": line 1 is not a metrics line: ");
        Files.write(file, new byte[] {(byte) 0xff, '\n'});
        assertThatThrownBy(() -> MetricsLog.read(file)).hasMessage(file + " is not UTF-8 text");
    }

    @Test
    void refusesAMetricNamedLikeAHeadKey() {
        assertThatThrownBy(() -> new MetricLine(1, 1, null, 0, Map.of("step", 1.0), Map.of()))
                .hasMessage("the metric 'step' occurs twice in one line");
    }

    @Test
    void saysWhyALogCannotBeWritten() {
        Path file = folder.resolve("no-folder/metrics.jsonl");
        assertThatThrownBy(() -> MetricsLog.append(file).close())
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("cannot write the metrics log: " + file + " does not exist");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void saysThatTheDiskIsFull() {
        Path full = Path.of("/dev/full");
        try (MetricsLog log = MetricsLog.append(full)) {
            assertThatThrownBy(() -> log.write(line(1, 1)))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.ENVIRONMENT))
                    .hasMessageContaining(
                            "cannot write the metrics log: the disk of /dev/full is full; free some space");
        }
    }

    @Test
    void turnsLinesIntoSeriesAndTraces() {
        MetricLine dense = line(1, Double.NaN);
        MetricLine sparse = new MetricLine(
                2,
                20,
                null,
                1,
                Map.of("train/loss", 2.0, "moe/1/max_violation", 0.5, "moe/1/dead_experts", 1.0),
                Map.of("moe/1/load", List.of(0.75, 0.25)));
        assertThat(MetricSeriesReader.series(List.of(dense, sparse, line(3, 1.5))))
                .contains(new MetricSeries("train/loss", List.of(2L, 3L), List.of(20L, 30L), List.of(2.0, 1.5)));
        assertThat(MetricSeriesReader.routing(List.of(dense, sparse)))
                .containsExactly(new RoutingTrace(
                        1,
                        List.of(2L),
                        List.of(List.of(0.75, 0.25)),
                        List.of(Double.NaN),
                        List.of(0.5),
                        List.of(Double.NaN),
                        List.of(1),
                        List.of(Double.NaN)));
    }
}
