package dev.mojave.base.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The owner's side of a process that this one starts, talks to, mostly line by line, and never leaves behind; {@link OwnedProcess} is the other
 * side.
 *
 * <p>Whatever the process says on standard error, and on standard output unless the owner reads it, goes into a log file: a native
 * library, the JVM or the kernel may have the last word. The pipe to its standard input stays open for as long as the owner lives, so
 * its end tells the process that nobody waits for it any more.
 */
public final class ChildProcess implements AutoCloseable {
    private static final int SIGNAL_BASE = 128;

    private final Process process;
    private final Path log;
    private final long logStart;
    private final @Nullable BufferedReader from;
    private final BufferedWriter to;

    private ChildProcess(Process process, Path log, long logStart, @Nullable BufferedReader from) {
        this.process = process;
        this.log = log;
        this.logStart = logStart;
        this.from = from;
        this.to = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts a process whose standard output the owner reads with {@link #readLine}.
     *
     * @param log takes what it prints on standard error, after what is there
     * @param setUp changes the builder last: environment, working directory
     * @throws IOException if it cannot be started
     */
    public static ChildProcess talking(List<String> command, Path log, UnaryOperator<ProcessBuilder> setUp)
            throws IOException {
        long start = end(log);
        Process process = setUp.apply(
                        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())))
                .start();
        return new ChildProcess(process, log, start, process.inputReader(StandardCharsets.UTF_8));
    }

    /**
     * Starts a process that answers by its exit code and the files that it leaves.
     *
     * @param log takes everything that it prints, after what is there
     * @param setUp changes the builder last: environment, working directory
     * @throws IOException if it cannot be started
     */
    public static ChildProcess logging(List<String> command, Path log, UnaryOperator<ProcessBuilder> setUp)
            throws IOException {
        long start = end(log);
        Process process = setUp.apply(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())))
                .start();
        return new ChildProcess(process, log, start, null);
    }

    private static long end(Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /** Returns the next line of its standard output, waiting for it; empty once the process has ended. */
    public Optional<String> readLine() throws IOException {
        if (from == null) {
            throw new IllegalStateException("the output of this process goes to " + log);
        }
        return Optional.ofNullable(from.readLine());
    }

    /**
     * Returns the process's standard output itself, for owners that read something other than lines from it.
     *
     * @throws IllegalStateException if it goes to the log
     */
    public InputStream output() {
        if (from == null) {
            throw new IllegalStateException("the output of this process goes to " + log);
        }
        return process.getInputStream();
    }

    /** Returns the process's standard input itself, for owners that send something other than lines. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Kills the process when this time is up, unless the deadline is closed before. */
    public Deadline killAfter(Duration time) {
        return new Deadline(process, time);
    }

    /** A time at which a process is killed, so that who waits for its words sees their end. */
    public static final class Deadline implements AutoCloseable {
        /** Whether time was up; the first to complete it decides, and the timer is forgotten once it is complete. */
        private final CompletableFuture<Boolean> passed = new CompletableFuture<>();

        private Deadline(Process process, Duration time) {
            CompletableFuture<Void> _ = passed.thenAccept(late -> {
                if (late) {
                    process.destroyForcibly();
                }
            });
            passed.completeOnTimeout(true, time.toNanos(), TimeUnit.NANOSECONDS);
        }

        /** Returns whether the process was killed for it. */
        public boolean passed() {
            return passed.getNow(false);
        }

        /** Lifts the deadline. */
        @Override
        public void close() {
            passed.complete(false);
        }
    }

    /** Sends a line; returns false if the process has ended meanwhile. */
    public boolean tell(String line) {
        try {
            to.write(line);
            to.write('\n');
            to.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the exit code if the process ends within this time. */
    public OptionalInt await(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    /** Returns what the process has written into its log since it was started; nothing where the log cannot be read. */
    public String said() {
        try {
            byte[] all = Files.readAllBytes(log);
            int from = (int) Math.min(logStart, all.length);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Returns what an exit code other than 0 means, and where to read more. */
    public String ending(int exit) {
        return signal(exit)
                        .map(name -> "its process was ended by " + name)
                        .orElse("its process ended with code " + exit)
                + "; what it said last is in " + log;
    }

    /** Names the signal behind an exit code: a process that a signal ended has 128 + its number. */
    private static Optional<String> signal(int exit) {
        return switch (exit - SIGNAL_BASE) {
            case 4 -> Optional.of("signal 4 (illegal instruction)");
            case 6 -> Optional.of("signal 6 (abort: a native library or the JVM crashed)");
            case 9 -> Optional.of("signal 9 (killed; the system does so when memory runs out)");
            case 11 -> Optional.of("signal 11 (segmentation fault in a native library)");
            case 15 -> Optional.of("signal 15 (terminated)");
            default -> Optional.empty();
        };
    }

    /** Closes the pipe to the process, which is to end by itself then, and kills it if it does not within this time. */
    public void finish(Duration patience) {
        try {
            to.close();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the process if it still runs: no child outlives what started it. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
