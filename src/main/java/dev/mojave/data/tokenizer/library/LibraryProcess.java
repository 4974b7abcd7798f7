package dev.mojave.data.tokenizer.library;

import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.process.JavaCommand;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The single separate process in which Hugging Face's library runs tokenizers that might crash it. It is started on the first call,
 * serves one call at a time, and ends with this process, whose end closes its standard input. If it exits early or does not answer in
 * time, that call fails and the next starts a new process.
 */
final class LibraryProcess {
    /** The time limit of a call: a fixed number of seconds, and the characters per second that the slowest machine should encode. */
    private static final long SECONDS = 30;

    private static final long CHARACTERS_PER_SECOND = 10_000;

    /** Maximum number of tokenizers that the process keeps loaded. */
    private static final int HELD = 4;

    private static final String NO_CLASS = "Could not find or load main class";

    private static final Object LOCK = new Object();
    private static @Nullable LibraryProcess running;
    private static int handles;

    private final ChildProcess process;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final Path errors;
    /** The numbers of the loaded tokenizers by content, the most recently used last. */
    private final Map<String, Integer> held = new LinkedHashMap<>(16, 0.75f, true);

    /** Writes the arguments of a call. */
    interface Request {
        void write(DataOutputStream out) throws IOException;
    }

    /** Reads the result of a call. */
    interface Reply<T> {
        T read(DataInputStream in) throws IOException;
    }

    /** The library reported an error. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** The process ended, or did not answer in time. */
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1;

        Ended(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private LibraryProcess(ChildProcess process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.out = new DataOutputStream(new BufferedOutputStream(process.input(), 1 << 16));
        this.in = new DataInputStream(new BufferedInputStream(process.output(), 1 << 16));
    }

    private static LibraryProcess start() throws IOException {
        Path errors = Files.createTempFile("mojave-tokenizer", ".log");
        errors.toFile().deleteOnExit();
        List<String> flags = List.of(
                // Without this, Java's launcher reports a missing main class in the user's language.
                "-Duser.language=en",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+DisplayVMOutputToStderr",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + errors,
                "--enable-native-access=ALL-UNNAMED");
        List<String> command = JavaCommand.of(flags, LibraryServer.class, List.of());
        return new LibraryProcess(ChildProcess.talking(command, errors, UnaryOperator.identity()), errors);
    }

    /**
     * Has the process execute a command with a tokenizer.
     *
     * @param json content of the tokenizer file
     * @param characters length of the text in UTF-16 code units, on which the time limit depends
     * @throws Refused if the library reports an error, Ended if the process ends or does not answer in time, another IOException if no
     *     process can be started
     */
    static <T> T call(String json, int command, int characters, Request request, Reply<T> reply) throws IOException {
        synchronized (LOCK) {
            LibraryProcess current = running;
            if (current == null) {
                current = start();
                running = current;
            }
            long seconds = SECONDS + (json.length() + characters) / CHARACTERS_PER_SECOND;
            ChildProcess.Deadline deadline = current.process.killAfter(Duration.ofSeconds(seconds));
            try (deadline) {
                int handle = current.handle(json);
                return current.ask(command, handle, request, reply);
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                running = null;
                throw current.ended(deadline.passed(), seconds, e);
            }
        }
    }

    private int handle(String json) throws IOException {
        Integer known = held.get(json);
        if (known != null) {
            return known;
        }
        if (held.size() == HELD) {
            Map.Entry<String, Integer> oldest = held.entrySet().iterator().next();
            ask(LibraryServer.CLOSE, oldest.getValue(), request -> {}, nothing -> 0);
            held.remove(oldest.getKey());
        }
        int handle = handles++;
        ask(LibraryServer.OPEN, handle, request -> LibraryServer.write(request, json), nothing -> 0);
        held.put(json, handle);
        return handle;
    }

    private <T> T ask(int command, int handle, Request request, Reply<T> reply) throws IOException {
        out.writeByte(command);
        out.writeInt(handle);
        request.write(out);
        out.flush();
        if (in.readByte() == LibraryServer.REFUSED) {
            throw new Refused(LibraryServer.read(in));
        }
        return reply.read(in);
    }

    private IOException ended(boolean late, long seconds, IOException cause) {
        process.close();
        try {
            process.await(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String words = lastWords();
        if (words.contains(NO_CLASS)) {
            return new IOException("another process cannot find Mojave on the class path of this program", cause);
        }
        String reason = late ? "did not answer within " + seconds + " seconds" : "aborted its process" + words;
        return new Ended(reason, cause);
    }

    /** Returns the message of a Rust panic, which follows the line "panicked at FILE:". */
    private String lastWords() {
        List<String> lines = process.said().lines().toList();
        errors.toFile().delete();
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).contains(NO_CLASS)) {
                return lines.get(i);
            }
            if (lines.get(i).contains("panicked at")) {
                return " (" + lines.get(i + 1).strip() + ")";
            }
        }
        return "";
    }
}
