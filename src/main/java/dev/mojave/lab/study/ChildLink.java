package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A trial's side of the pipe to its study.
 *
 * <p>Standard input says what to do: the line {@link #STOP} asks to save and end; its end means that the study's process is
 * gone, however it died, and this process ends at once, so that nothing trains on without an owner. Standard output takes
 * {@link Message}s.
 *
 * <p>A terminal sends Ctrl-C to both processes. Here it counts as the same request to save and end: a shutdown hook holds the
 * JVM's exit back until the work has saved. Only the study hears a second one, and it ends both.
 */
final class ChildLink implements Progress, StopSignal {
    static final String STOP = "stop";

    private static final int ORPHANED = 137;
    private static final long MESSAGE_NANOS = 100_000_000L;

    private final OutputStream out;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stop;
    private long total;
    private long lastUpdate;

    ChildLink(InputStream in, OutputStream out) {
        this.out = out;
        Thread.ofPlatform().daemon().name("study-link").start(() -> listen(in));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::holdExit));
    }

    private void listen(InputStream in) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                stop = stop || line.equals(STOP);
            }
        } catch (IOException e) {
            // A broken pipe means what its end means.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private void holdExit() {
        stop = true;
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process with this code, also while a signal is already shutting it down. */
    void exit(int code) {
        ended.countDown();
        Runtime.getRuntime().halt(code);
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
