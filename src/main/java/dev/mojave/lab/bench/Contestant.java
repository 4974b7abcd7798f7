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
 * A program under measurement, in a process of its own: it runs steps when told to and sleeps in between, so that several
 * programs can take turns.
 *
 * <p>The protocol, also for programs in other languages: once warm, the program prints {@link Ready} as one line of JSON on
 * standard output; for each line {@code run N} on standard input it runs N steps and prints {@link Block}; it exits when its
 * input ends.
 */
final class Contestant implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** The variable in which the launcher asks glibc for large pages. */
    private static final String MALLOC_SETTINGS = "GLIBC_TUNABLES";

    /**
     * The message of a program that has warmed up.
     *
     * @param program name, version and mode
     * @param stepSeconds approximate duration of a step, in seconds
     * @param loadedBytes resident memory with model and data loaded, before the first step
     */
    record Ready(String program, double stepSeconds, long loadedBytes) {}

    /**
     * The measurements of one turn.
     *
     * @param seconds duration of each step
     * @param peakBytes peak resident memory since {@code loadedBytes} was read
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
                    // Other programs are measured the way their users start them.
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
     * Waits until the program has warmed up.
     *
     * @throws Failure of kind ENVIRONMENT with the program's last output if it exits instead
     */
    Ready ready() {
        return answer(Ready.class);
    }

    /** Runs steps and waits for them. */
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
        return Failure.environment("%s exited early; its last output: %s", name, last);
    }

    @Override
    public void close() {
        process.finish(PATIENCE);
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            // The file stays in the system's temporary folder.
        }
    }
}
