package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.base.JavaCommand;
import dev.mojave.base.StopSignal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A trial in a process of its own: a native crash, or the kernel ending a process that takes too much memory, costs one trial and
 * not the study, and the peak memory that it reports is its own.
 */
final class TrialProcess {
    /** Exit code of a trial that saved and ended because it was asked to. */
    static final int STOPPED = 130;

    private static final long POLL_MILLIS = 100;
    private static final int SIGNAL_BASE = 128;

    private TrialProcess() {}

    /** How a trial's process ended. */
    sealed interface Outcome {
        /** It did its work. */
        record Finished() implements Outcome {}

        /** It was asked to end, and what it has is saved. */
        record Stopped() implements Outcome {}

        /**
         * It did not.
         *
         * @param reason what it said, or how the process died
         */
        record Failed(String reason) implements Outcome {}
    }

    /**
     * Runs a command until it ends, and passes a request to stop on to it.
     *
     * @param command from {@link JavaCommand}
     * @param log takes what the process prints on standard error, after what is there
     * @param listener takes progress and lines to keep, on another thread
     */
    static Outcome run(List<String> command, Path log, Consumer<Message> listener, StopSignal stop) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            try {
                return follow(process, log, listener, stop);
            } finally {
                // Whatever happens here, no trial outlives its study.
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw Failure.environment("a trial's process cannot be started: %s", String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static Outcome follow(Process process, Path log, Consumer<Message> listener, StopSignal stop)
            throws IOException {
        AtomicReference<String> failure = new AtomicReference<>("");
        Thread reader = Thread.ofVirtual()
                .start(() -> read(process, message -> {
                    if (message.kind() == Message.Kind.FAILURE) {
                        failure.set(message.text());
                    } else {
                        listener.accept(message);
                    }
                }));
        // Not closed here: the end of this pipe tells the trial that its study is gone.
        OutputStream toTrial = process.getOutputStream();
        boolean told = false;
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (stop.requested() && !told) {
                    told = true;
                    tell(toTrial);
                }
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed("the study's thread was interrupted");
        }
        return outcome(process.exitValue(), Objects.requireNonNullElse(failure.get(), ""), stop.requested(), log);
    }

    private static void tell(OutputStream toTrial) {
        try {
            toTrial.write((ChildLink.STOP + "\n").getBytes(StandardCharsets.UTF_8));
            toTrial.flush();
        } catch (IOException e) {
            // It has ended in this moment; its exit value says how.
        }
    }

    private static void read(Process process, Consumer<Message> listener) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                Message.parse(line).ifPresent(listener);
            }
        } catch (IOException e) {
            // The process is gone; what it said before was passed on.
        }
    }

    /** Reads an exit value; a JVM that a signal ended has 128 + its number. */
    static Outcome outcome(int exit, String failure, boolean stopRequested, Path log) {
        if (exit == 0) {
            return new Outcome.Finished();
        }
        if (exit == STOPPED && stopRequested) {
            return new Outcome.Stopped();
        }
        if (!failure.isEmpty()) {
            return new Outcome.Failed(failure);
        }
        return new Outcome.Failed(signal(exit)
                        .map(name -> "its process was ended by " + name)
                        .orElse("its process ended with code " + exit)
                + "; what it said last is in " + log);
    }

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
}
