package dev.mojave.run.log;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The file metrics.jsonl: one {@link MetricLine} per line, appended during training. Reports are derived from it. A process that
 * dies while writing leaves an incomplete last line, which reading ignores and {@link #truncateAfter} removes.
 */
public final class MetricsLog implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a log for appending, and creates it if it does not exist.
     *
     * @throws Failure of kind USAGE if the file cannot be written
     */
    public static MetricsLog append(Path file) {
        try {
            return new MetricsLog(
                    file,
                    FileChannel.open(
                            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw IoFailures.of("write the metrics log", file, e);
        }
    }

    /** Appends a line in one write, so that readers never see an incomplete line while this process is alive. */
    public void write(MetricLine line) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line.json() + "\n");
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw IoFailures.of("write the metrics log", file, e);
        }
    }

    /** Forces the written lines to disk; required before a checkpoint records that the run has reached this step. */
    public void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw IoFailures.of("write the metrics log", file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw IoFailures.of("write the metrics log", file, e);
        }
    }

    /**
     * Removes every line after a step, and an incomplete last line. A run that resumes from a checkpoint removes the steps that
     * it will repeat this way. Does nothing if the file does not exist.
     *
     * @throws Failure of kind DATA if a line before the end is not a metrics line
     */
    public static void truncateAfter(Path file, long step) {
        rewrite(file, line -> line.step() <= step ? Optional.of(line) : Optional.empty());
    }

    /**
     * Replaces every line by the result of a function, which is empty for a line to remove, and removes an incomplete last line.
     * Does nothing if the file does not exist.
     *
     * @throws Failure of kind DATA if a line before the end is not a metrics line
     */
    public static void rewrite(Path file, Function<MetricLine, Optional<MetricLine>> change) {
        if (!Files.exists(file)) {
            return;
        }
        List<MetricLine> lines = read(file);
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.deleteIfExists(temporary);
            try (MetricsLog kept = append(temporary)) {
                for (MetricLine line : lines) {
                    change.apply(line).ifPresent(kept::write);
                }
                kept.force();
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw IoFailures.of("write the metrics log", file, e);
        }
    }

    /** Returns the latest value of each metric in a log, by name; empty if there is no log. */
    public static Map<String, Double> last(Path file) {
        Map<String, Double> last = new TreeMap<>();
        for (MetricLine line : read(file)) {
            last.putAll(line.scalars());
        }
        return last;
    }

    /**
     * Reads a log; returns no lines if the file does not exist.
     *
     * @throws Failure of kind DATA that names the line if a line before the last is not a metrics line
     */
    public static List<MetricLine> read(Path file) {
        List<MetricLine> lines = new ArrayList<>();
        if (!Files.exists(file)) {
            return lines;
        }
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            String line = reader.readLine();
            while (line != null) {
                number++;
                String next = reader.readLine();
                try {
                    lines.add(MetricLine.parse(line));
                } catch (IllegalArgumentException e) {
                    if (next != null) {
                        throw Failure.data(
                                        "%s: line %d is not a metrics line: %s; remove the line to read the others",
                                        file, number, String.valueOf(e.getMessage()))
                                .because(e);
                    }
                }
                line = next;
            }
        } catch (java.nio.charset.CharacterCodingException e) {
            throw Failure.data("%s is not UTF-8 text", file).because(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }
}
