package dev.mojave.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsCsv;
import dev.mojave.run.log.MetricsLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
    @TempDir
    Path output;

    private static MetricLine line(long step, double loss) {
        return new MetricLine(
                step,
                10 * step,
                null,
                0.5 * step,
                Map.of("train/loss", loss),
                Map.of("moe/0/load", List.of(0.25, 0.75)));
    }

    /** Returns the messages of the only event file as Latin-1 text, in which they can be counted and names can be found. */
    private static List<String> events(RunFolder run) throws IOException {
        try (Stream<Path> files = Files.list(run.path().resolve("tensorboard"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            ByteBuffer bytes =
                    ByteBuffer.wrap(Files.readAllBytes(all.getFirst())).order(ByteOrder.LITTLE_ENDIAN);
            List<String> events = new ArrayList<>();
            while (bytes.hasRemaining()) {
                byte[] message = new byte[(int) bytes.getLong()];
                bytes.getInt();
                bytes.get(message).getInt();
                events.add(new String(message, StandardCharsets.ISO_8859_1));
            }
            return events;
        }
    }

    @Test
    void theEventFileFollowsTheLogAlsoAfterAResume() throws Exception {
        RunFolder run = RunFolder.create(output, "run", false);
        try (RunLog log = RunLog.open(run)) {
            log.write(line(1, 3));
            log.write(line(2, 2));
            log.write(line(3, Double.NaN));
        }
        assertThat(events(run)).hasSize(4).last().asString().contains("train/loss", "moe/0/load");
        MetricsLog.truncateAfter(run.metrics(), 1);
        try (RunLog log = RunLog.open(run)) {
            assertThat(events(run)).hasSize(2);
            log.write(line(2, 2.5));
        }
        assertThat(events(run)).hasSize(3);
        assertThat(MetricsLog.read(run.metrics())).hasSize(2);
    }

    @Test
    void aColumnAMetricAndAColumnAnExpert() {
        MetricLine evaluated = new MetricLine(2, 20, 7L, 1, Map.of("val/loss", 1.5), Map.of());
        assertThat(MetricsCsv.of(List.of(line(1, Double.NaN), evaluated)).split("\r\n", -1))
                .containsExactly(
                        "step,tokens,words,elapsed_seconds,train/loss,moe/0/load/0,moe/0/load/1,val/loss",
                        "1,10,,0.5,,0.25,0.75,",
                        "2,20,7,1.0,,,,1.5",
                        "");
    }
}
