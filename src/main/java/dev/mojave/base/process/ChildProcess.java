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
 * The owner's side of a process that this one starts, communicates with, mostly line by line, and never leaves behind; {@link OwnedProcess} is
 * the other side.
 *
 * <p>Everything that the process prints on standard error, and on standard output unless the owner reads it, goes into a log file, because a
 * native library, the JVM or the kernel may print last messages. The pipe to its standard input stays open as long as the owner lives, so
 * that its end tells the process that the owner is gone.
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
     * @param log file to which its standard error is appended
     * @param setUp a final change to the builder, such as environment or working directory
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
     * Starts a process that reports its results by its exit code and the files that it writes.
     *
     * @param log file to which everything that it prints is appended
     * @param setUp a final change to the builder, such as environment or working directory
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
     * Returns the process's standard output as a stream, for owners that do not read lines from it.
     *
     * @throws IllegalStateException if it goes to the log
     */
    public InputStream output() {
        if (from == null) {
            throw new IllegalStateException("the output of this process goes to " + log);
        }
        return process.getInputStream();
    }

    /** Returns the process's standard input as a stream, for owners that do not send lines. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Kills the process after this time, unless the deadline is closed before. */
    public Deadline killAfter(Duration time) {
        return new Deadline(process, time);
    }

    /** A time at which a process is killed, which ends any wait for its output. */
    public static final class Deadline implements AutoCloseable {
        /** Whether the time has passed; the first completion decides, and completing it cancels the timer. */
        private final CompletableFuture<Boolean> passed = new CompletableFuture<>();

        private Deadline(Process process, Duration time) {
            CompletableFuture<Void> _ = passed.thenAccept(late -> {
                if (late) {
                    process.destroyForcibly();
                }
            });
            passed.completeOnTimeout(true, time.toNanos(), TimeUnit.NANOSECONDS);
        }

        /** Returns whether the process was killed because of the deadline. */
        public boolean passed() {
            return passed.getNow(false);
        }

        /** Cancels the deadline. */
        @Override
        public void close() {
            passed.complete(false);
        }
    }

    /** Sends a line; returns false if the process has ended. */
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

    /** Returns what the process has written to its log since it was started; empty if the log cannot be read. */
    public String said() {
        try {
            byte[] all = Files.readAllBytes(log);
            int from = (int) Math.min(logStart, all.length);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Returns a message about an exit code other than 0: its meaning, and the path of the log. */
    public String ending(int exit) {
        return signal(exit)
                        .map(name -> "its process was ended by " + name)
                        .orElse("its process ended with code " + exit)
                + "; its last messages are in " + log;
    }

    /** Returns the name of the signal that ended a process, from its exit code, which is 128 + the signal's number. */
    private static Optional<String> signal(int exit) {
        return switch (exit - SIGNAL_BASE) {
            case 4 -> Optional.of("signal 4 (illegal instruction)");
            case 6 -> Optional.of("signal 6 (abort: a native library or the JVM crashed)");
            case 9 -> Optional.of("signal 9 (killed; the system does this when memory runs out)");
            case 11 -> Optional.of("signal 11 (segmentation fault in a native library)");
            case 15 -> Optional.of("signal 15 (terminated)");
            default -> Optional.empty();
        };
    }

    /** Closes the pipe to the process, which should make it end, and kills it if it has not ended after this time. */
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

    /** Kills the process if it is still running: no child outlives its owner. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
