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
 * metrics.jsonl: one {@link MetricLine} a line, appended while training. The log is the truth from which reports are made. A
 * process that dies while it writes leaves half a line at the end, which reading ignores and {@link #truncateAfter} cuts off.
 */
public final class MetricsLog implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private MetricsLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a log for appending and makes it if it is not there.
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

    /** Appends a line in one write, so that a reader never sees half of it while this process lives. */
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

    /** Forces what was written to disk: before a checkpoint says that the run got that far. */
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
     * Removes every line after a step, and half a line at the end: how a run that resumes from a checkpoint takes back what it will do
     * again. A file that is not there stays so.
     *
     * @throws Failure of kind DATA if a line before the end is not a metrics line
     */
    public static void truncateAfter(Path file, long step) {
        rewrite(file, line -> line.step() <= step ? Optional.of(line) : Optional.empty());
    }

    /**
     * Replaces every line by what a function makes of it, nothing if it is to go, and removes half a line at the end. A file that is not
     * there stays so.
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

    /** Returns the newest value of each metric in a log, by name; none where there is no log. */
    public static Map<String, Double> last(Path file) {
        Map<String, Double> last = new TreeMap<>();
        for (MetricLine line : read(file)) {
            last.putAll(line.scalars());
        }
        return last;
    }

    /**
     * Reads a log; one that is not there is empty.
     *
     * @throws Failure of kind DATA that names the line if one before the end is not a metrics line
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
