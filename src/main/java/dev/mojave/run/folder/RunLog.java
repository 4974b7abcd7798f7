package dev.mojave.run.folder;

import dev.mojave.base.files.IoFailures;
import dev.mojave.interop.tfevents.EventWriter;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The logs of a training run: metrics.jsonl, and a TensorBoard event file with the same scalars and, per mixture layer, a
 * histogram of the load whose bar i is the share of expert i. metrics.jsonl is authoritative: opening the logs rewrites the event
 * file from its lines, so that a resumed run shows no point twice.
 */
public final class RunLog implements AutoCloseable {
    private static final String EVENTS = "events.out.tfevents.";

    private final MetricsLog metrics;
    private final EventWriter events;
    private final Path folder;
    /** Wall-clock time of training second 0 in seconds since the epoch, as if the run had never been interrupted. */
    private final double start;

    private RunLog(MetricsLog metrics, EventWriter events, Path folder, double start) {
        this.metrics = metrics;
        this.events = events;
        this.folder = folder;
        this.start = start;
    }

    /**
     * Opens the logs of a run for appending.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if they cannot be written, DATA if metrics.jsonl is damaged
     */
    public static RunLog open(RunFolder run) {
        List<MetricLine> lines = MetricsLog.read(run.metrics());
        double now = System.currentTimeMillis() / 1e3;
        double start = now - (lines.isEmpty() ? 0 : lines.getLast().elapsedSeconds());
        Path folder = run.path().resolve("tensorboard");
        MetricsLog metrics = MetricsLog.append(run.metrics());
        try {
            RunLog log = new RunLog(metrics, events(folder, start), folder, start);
            lines.forEach(log::show);
            return log;
        } catch (RuntimeException e) {
            metrics.close();
            throw e;
        }
    }

    private static EventWriter events(Path folder, double start) {
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> former = Files.newDirectoryStream(folder, EVENTS + "*")) {
                for (Path file : former) {
                    Files.delete(file);
                }
            }
            return EventWriter.create(folder.resolve(EVENTS + System.currentTimeMillis() / 1000 + ".mojave"), start);
        } catch (IOException e) {
            throw IoFailures.of("write the TensorBoard events", folder, e);
        }
    }

    /** Appends a line to both logs. */
    public void write(MetricLine line) {
        metrics.write(line);
        show(line);
    }

    private void show(MetricLine line) {
        Map<String, EventWriter.Histogram> histograms = new LinkedHashMap<>();
        line.lists().forEach((name, values) -> histograms.put(name, EventWriter.Histogram.ofShares(values)));
        try {
            events.write(start + line.elapsedSeconds(), line.step(), line.scalars(), histograms);
        } catch (IOException e) {
            throw IoFailures.of("write the TensorBoard events", folder, e);
        }
    }

    /** Forces metrics.jsonl to disk; required before a checkpoint records that the run has reached this step. */
    public void force() {
        metrics.force();
    }

    @Override
    public void close() {
        try (metrics) {
            events.close();
        } catch (IOException e) {
            throw IoFailures.of("write the TensorBoard events", folder, e);
        }
    }
}
