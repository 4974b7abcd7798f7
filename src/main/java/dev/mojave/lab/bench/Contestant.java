package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program in a process of its own that makes the steps it is told to, and sleeps meanwhile, so that several can take turns.
 *
 * <p>Its standard output says {@link Ready} as one line of JSON when it is warm; for each line {@code run N} on its standard input it
 * makes N steps and says {@link Block}; the end of its input ends it. Programs in other languages keep to the same.
 */
final class Contestant implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    /** Where the launcher asks glibc for large pages. */
    private static final String MALLOC_SETTINGS = "GLIBC_TUNABLES";

    /**
     * What a warm program says of itself.
     *
     * @param program name, version and way of working
     * @param stepSeconds about how long a step takes
     * @param loadedBytes resident memory with model and data ready, before the first step
     */
    record Ready(String program, double stepSeconds, long loadedBytes) {}

    /**
     * What some steps took.
     *
     * @param seconds of each step
     * @param peakBytes the largest resident memory since {@code loadedBytes} was read
     */
    record Block(List<Double> seconds, long peakBytes) {
        Block {
            seconds = List.copyOf(seconds);
        }
    }

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader from;
    private final BufferedWriter to;

    /** Starts a program; {@link #ready} waits for it. */
    Contestant(CompareBench.Entry entry) {
        this.name = entry.name();
        ProcessBuilder builder = new ProcessBuilder(entry.command());
        if (entry.foreign()) {
            // Another program is measured as its users start it.
            builder.environment().remove(MALLOC_SETTINGS);
        }
        try {
            log = Files.createTempFile("mojave-bench", ".log");
            process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw Failure.environment("%s cannot be started: %s", name, String.valueOf(e.getMessage()))
                    .because(e);
        }
        from = process.inputReader(StandardCharsets.UTF_8);
        to = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Waits until it is warm.
     *
     * @throws Failure of kind ENVIRONMENT with what the program said last, if it ends instead
     */
    Ready ready() {
        return answer(Ready.class);
    }

    /** Makes steps, waiting for them. */
    Block run(int steps) {
        try {
            to.write("run " + steps + "\n");
            to.flush();
        } catch (IOException e) {
            throw died().because(e);
        }
        return answer(Block.class);
    }

    private <T> T answer(Class<T> type) {
        try {
            String line = from.readLine();
            if (line == null) {
                throw died();
            }
            return Json.mapper().readValue(line, type);
        } catch (IOException e) {
            throw died().because(e);
        }
    }

    private Failure died() {
        String last = "nothing";
        try {
            last = Files.readString(log).lines().filter(l -> !l.isBlank()).reduce(last, (a, b) -> b);
        } catch (IOException e) {
            // Then there is nothing to quote.
        }
        return Failure.environment("%s ended before it was asked to; it said last: %s", name, last);
    }

    @Override
    public void close() {
        try {
            to.close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
