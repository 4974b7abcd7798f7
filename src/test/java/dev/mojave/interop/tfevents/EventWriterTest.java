package dev.mojave.interop.tfevents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.interop.tfevents.EventWriter.Histogram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventWriterTest {
    private static final double START = 1_700_000_000.25;

    @TempDir
    Path folder;

    @Test
    void theBytesAreThoseOfTensorBoardsOwnWriter() throws Exception {
        double[] losses = {4.5, 0.1, 1e-20};
        double[] rates = {0.0, -2.5, 3.4e38};
        Path file = folder.resolve("events");
        try (EventWriter writer = EventWriter.create(file, START)) {
            for (int i = 0; i < 3; i++) {
                Map<String, Double> scalars = new LinkedHashMap<>();
                scalars.put("train/loss", losses[i]);
                scalars.put("naïve rate", rates[i]);
                Map<String, Histogram> histograms =
                        i == 2 ? Map.of("moe/0/load", Histogram.ofShares(List.of(0.125, 0.5, 0.375))) : Map.of();
                writer.write(START + 300 * i, 300L * i, scalars, histograms);
            }
        }
        assertThat(Files.readAllBytes(file))
                .isEqualTo(
                        Files.readAllBytes(Path.of("src/test/resources/golden/tfevents/events.out.tfevents.golden")));
    }
}
