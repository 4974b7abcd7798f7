package dev.mojave.base.process;

import dev.mojave.base.StopSignal;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The life cycle of a process that another one started, owns and communicates with over pipes.
 *
 * <p>Standard input delivers the owner's lines; its end means that the owner is gone, however it died, and this process ends immediately,
 * so that nothing keeps running without an owner.
 *
 * <p>A terminal sends Ctrl-C to both processes, and the owner is the one to respond: a shutdown hook delays this JVM's exit
 * until the work calls {@link #exit}. A second Ctrl-C ends the owner, and thereby this process.
 */
public final class OwnedProcess implements StopSignal {
    /** The owner's line that requests to save and end. */
    public static final String STOP = "stop";
    /** Exit code of a process that saved and ended at its owner's request. */
    public static final int STOPPED = 130;

    /** The system property that an owner sets. */
    private static final String PROPERTY = "mojave.owned";

    private static final int ORPHANED = 137;

    private static final long POLL_MILLIS = 50;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread worker = Thread.currentThread();
    private volatile boolean stop;

    private OwnedProcess() {}

    /** Returns the Java flag that makes a program {@linkplain #ofThisProcess() listen to its owner}. */
    public static String flag() {
        return "-D" + PROPERTY + "=true";
    }

    /**
     * Starts listening if this process was started with {@link #flag()}: the line {@value #STOP} requests to save and end, and so does a
     * signal.
     */
    public static Optional<OwnedProcess> ofThisProcess() {
        return Boolean.getBoolean(PROPERTY)
                ? Optional.of(listen(new FileInputStream(FileDescriptor.in), line -> {}))
                : Optional.empty();
    }

    /**
     * Starts listening on behalf of the calling thread, which does the work. From now on, this process ends only when that thread ends, when
     * {@link #exit} is called, or when the owner ends.
     *
     * @param in the pipe from the owner
     * @param line receives each line, on a thread of its own
     */
    public static OwnedProcess listen(InputStream in, Consumer<String> line) {
        OwnedProcess process = new OwnedProcess();
        Thread.ofPlatform()
                .daemon()
                .name("owner")
                .start(() -> read(in, said -> {
                    process.stop = process.stop || said.equals(STOP);
                    line.accept(said);
                }));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::holdExit));
        return process;
    }

    private static void read(InputStream in, Consumer<String> line) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String said = reader.readLine(); said != null; said = reader.readLine()) {
                line.accept(said);
            }
        } catch (IOException e) {
            // A broken pipe means the same as its end.
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private void holdExit() {
        stop = true;
        try {
            // A worker that died from an uncaught exception never calls exit.
            while (worker.isAlive() && !ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean requested() {
        return stop;
    }

    @Override
    public int exitCode() {
        return stop ? STOPPED : 0;
    }

    /** Ends the process with this code, even while a signal is already shutting it down. */
    public void exit(int code) {
        ended.countDown();
        Runtime.getRuntime().halt(code);
    }
}
