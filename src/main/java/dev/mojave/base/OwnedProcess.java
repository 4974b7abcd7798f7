package dev.mojave.base;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The life of a process that another one started, owns and talks to over pipes.
 *
 * <p>Standard input brings the owner's lines; its end means that the owner is gone, however it died, and this process ends at once,
 * so that nothing works on without an owner.
 *
 * <p>A terminal sends Ctrl-C to both processes, and the owner is the one to answer it: a shutdown hook holds this JVM's exit back
 * until the work calls {@link #exit}. A second Ctrl-C ends the owner, and its end ends this.
 */
public final class OwnedProcess {
    private static final int ORPHANED = 137;

    private final CountDownLatch ended = new CountDownLatch(1);

    private OwnedProcess() {}

    /**
     * Starts listening. From here on only {@link #exit}, or the owner's end, ends this process.
     *
     * @param in the pipe from the owner
     * @param line takes each line of it, on a thread of its own
     * @param signal runs when a signal asks this process to end
     */
    public static OwnedProcess listen(InputStream in, Consumer<String> line, Runnable signal) {
        OwnedProcess process = new OwnedProcess();
        Thread.ofPlatform().daemon().name("owner").start(() -> read(in, line));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> process.holdExit(signal)));
        return process;
    }

    private static void read(InputStream in, Consumer<String> line) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String said = reader.readLine(); said != null; said = reader.readLine()) {
                line.accept(said);
            }
        } catch (IOException e) {
            // A broken pipe means what its end means.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private void holdExit(Runnable signal) {
        signal.run();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process with this code, also while a signal is already shutting it down. */
    public void exit(int code) {
        ended.countDown();
        Runtime.getRuntime().halt(code);
    }
}
