package dev.mojave.lab.study;

import dev.mojave.base.OwnedProcess;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A trial's side of the pipes to its study, which {@linkplain OwnedProcess owns} it. Standard input says what to do: the line
 * {@link #STOP} asks to save and end, and so does a signal. Standard output takes {@link Message}s.
 */
final class ChildLink implements Progress, StopSignal {
    static final String STOP = "stop";

    private static final long MESSAGE_NANOS = 100_000_000L;

    private final OutputStream out;
    private final OwnedProcess process;
    private volatile boolean stop;
    private long total;
    private long lastUpdate;

    ChildLink(InputStream in, OutputStream out) {
        this.out = out;
        process = OwnedProcess.listen(in, line -> stop = stop || line.equals(STOP), () -> stop = true);
    }

    /** Ends the process with this code, also while a signal is already shutting it down. */
    void exit(int code) {
        process.exit(code);
    }

    void failed(String reason) {
        send(Message.failure(reason));
    }

    @Override
    public boolean requested() {
        return stop;
    }

    @Override
    public int exitCode() {
        return stop ? TrialProcess.STOPPED : 0;
    }

    @Override
    public void start(String title, long newTotal, String unit) {
        total = newTotal;
        lastUpdate = 0;
        send(Message.progress(title, 0, total));
    }

    @Override
    public void update(long done, String detail) {
        long now = System.nanoTime();
        if (lastUpdate == 0 || now - lastUpdate >= MESSAGE_NANOS) {
            lastUpdate = now;
            send(Message.progress(detail, done, total));
        }
    }

    @Override
    public void finish(String summary) {
        if (!summary.isEmpty()) {
            send(Message.say(summary));
        }
    }

    @Override
    public void say(String line) {
        send(Message.say(line));
    }

    private synchronized void send(Message message) {
        try {
            out.write((message.line() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            // Nobody reads any more: the end of standard input is about to say so.
        }
    }
}
