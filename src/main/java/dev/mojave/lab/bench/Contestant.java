package dev.mojave.lab.bench;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A program in a process of its own that makes the steps it is told to, and sleeps meanwhile, so that several can take turns.
 *
 * <p>Its standard output says {@link Ready} as one line of JSON when it is warm; for each line {@code run N} on its standard input it
 * makes N steps and says {@link Block}; the end of its input ends it. Programs in other languages keep to the same.
 */
final class Contestant implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

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
    private final ChildProcess process;
    private final Path log;

    /** Starts a program; {@link #ready} waits for it. */
    Contestant(CompareBench.Entry entry) {
        this.name = entry.name();
        try {
            log = Files.createTempFile("mojave-bench", ".log");
            process = ChildProcess.talking(entry.command(), log, builder -> {
                if (entry.foreign()) {
                    // Another program is measured as its users start it.
                    builder.environment().remove(MALLOC_SETTINGS);
                }
                return builder;
            });
        } catch (IOException e) {
            throw Failure.environment("%s cannot be started: %s", name, String.valueOf(e.getMessage()))
                    .because(e);
        }
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
        if (!process.tell("run " + steps)) {
            throw died();
        }
        return answer(Block.class);
    }

    private <T> T answer(Class<T> type) {
        try {
            String line = process.readLine().orElseThrow(this::died);
            return Json.mapper().readValue(line, type);
        } catch (IOException e) {
            throw died().because(e);
        }
    }

    private Failure died() {
        String last = process.said().lines().filter(l -> !l.isBlank()).reduce("nothing", (a, b) -> b);
        return Failure.environment("%s ended before it was asked to; it said last: %s", name, last);
    }

    @Override
    public void close() {
        process.finish(PATIENCE);
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            // A file left in the system's folder for such files.
        }
    }
}
