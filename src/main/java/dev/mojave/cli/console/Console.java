package dev.mojave.cli.console;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * The output of the program. Results go to standard output; progress, notes and errors go to standard error, so that a pipe receives only
 * the result. If standard output is reserved for JSON or generated text, human-readable results go to standard error, too. Output is UTF-8 in
 * every locale. This class is thread-safe.
 */
public final class Console implements Progress {
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final Supplier<PrintStream> err;
    private final Terminal terminal;
    private final ProgressLine progress;
    private boolean outputReserved;

    /** Creates a console that writes to the given streams; the error stream is requested when it is first needed. */
    public Console(PrintStream out, Supplier<PrintStream> err, Terminal terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.progress = new ProgressLine(err, terminal, System::nanoTime);
    }

    /** Returns the console of this process. */
    public static Console system() {
        return new Console(utf8(FileDescriptor.out), Console::standardError, Terminal.detect());
    }

    private static PrintStream standardError() {
        StandardError.restore();
        return Streams.ERROR;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Holds the error stream, which is created on first use, when the descriptor is the user's again. */
    private static final class Streams {
        static final PrintStream ERROR = utf8(FileDescriptor.err);
    }

    /** Reserves standard output for JSON or generated text: {@link #print} writes to standard error from now on. */
    public synchronized void reserveOutput() {
        outputReserved = true;
    }

    /** Prints a human-readable result, followed by a line break. */
    public synchronized void print(String text) {
        progress.clear();
        (outputReserved ? err.get() : out).println(text);
    }

    /** Prints a result as indented JSON on standard output. */
    public synchronized void json(Object value) {
        progress.clear();
        out.println(Json.pretty(value));
    }

    /** Writes text to standard output verbatim and flushes it, because generated text arrives piece by piece. */
    public synchronized void stream(String text) {
        out.print(text);
        out.flush();
    }

    /** Prints a warning on standard error. */
    public synchronized void warn(String message) {
        progress.clear();
        err.get().println(coloured(YELLOW, "warning: ") + message);
    }

    /** Prints an error on standard error. */
    public synchronized void error(String message) {
        progress.clear();
        err.get().println(coloured(RED, "mojave: ") + message);
    }

    /** Returns whether results may be coloured. */
    public boolean colours() {
        return terminal.colourOutput();
    }

    private String coloured(String colour, String text) {
        return terminal.colour() ? colour + text + PLAIN : text;
    }

    @Override
    public synchronized void start(String title, long total, String unit) {
        progress.start(title, total, unit);
    }

    @Override
    public synchronized void update(long done, String detail) {
        progress.update(done, detail);
    }

    @Override
    public synchronized void finish(String summary) {
        progress.finish();
        if (!summary.isEmpty()) {
            err.get().println(summary);
        }
    }

    @Override
    public synchronized void say(String line) {
        progress.clear();
        err.get().println(line);
    }
}
