package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.engine.Engine;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of a few threads that share loops: {@code body(0) .. body(count - 1)}, in any order, each exactly once. The calling thread works
 * too.
 *
 * <p>Waiting threads spin for {@value #SPIN_NANOS} ns and then park: on a virtual machine, waking a parked thread costs more than a small
 * kernel. The time between two loops of a step is shorter; spinning longer would take the cores away from the libraries' own threads.
 */
public final class Workers {
    private static final long SPIN_NANOS = 300_000;

    private static volatile @Nullable Workers shared;

    private final Thread[] threads;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Job job;

    private Workers(int helpers) {
        threads = new Thread[helpers];
        for (int i = 0; i < helpers; i++) {
            threads[i] = new Thread(this::serve, "mojave-kernels-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** Runs a loop on as many threads as the engine has; a nested loop runs on its own thread. */
    public static void forEach(int count, IntConsumer body) {
        int threads = Engine.current().threads();
        if (count <= 1 || threads <= 1) {
            inline(count, body);
        } else {
            withThreads(threads).run(count, body);
        }
    }

    /** Cuts {@code [0, size)} into ranges of {@code grain} elements (the last may be shorter) and runs them all. */
    public static void forRanges(long size, long grain, RangeBody body) {
        int count = Math.toIntExact((size + grain - 1) / grain);
        forEach(count, i -> body.accept(i * grain, Math.min(size, (i + 1) * grain)));
    }

    /** The body of a loop over a range. */
    @FunctionalInterface
    public interface RangeBody {
        /** Processes {@code [from, to)}. */
        void accept(long from, long to);
    }

    private static Workers withThreads(int threads) {
        Workers workers = shared;
        if (workers != null && workers.threads.length == threads - 1) {
            return workers;
        }
        return replace(threads);
    }

    private static synchronized Workers replace(int threads) {
        Workers workers = shared;
        if (workers == null || workers.threads.length != threads - 1) {
            if (workers != null) {
                workers.stop();
            }
            workers = new Workers(threads - 1);
            shared = workers;
        }
        return workers;
    }

    private void stop() {
        for (Thread thread : threads) {
            thread.interrupt();
        }
    }

    private static void inline(int count, IntConsumer body) {
        for (int i = 0; i < count; i++) {
            body.accept(i);
        }
    }

    private void run(int count, IntConsumer body) {
        if (!busy.compareAndSet(false, true)) {
            inline(count, body);
            return;
        }
        try {
            Job mine = new Job(count, body, Thread.currentThread());
            job = mine;
            for (int i = 0; i < Math.min(threads.length, count - 1); i++) {
                LockSupport.unpark(threads[i]);
            }
            mine.work();
            mine.await();
            job = null;
            mine.rethrow();
        } finally {
            busy.set(false);
        }
    }

    private void serve() {
        @Nullable Job last = null;
        while (!Thread.interrupted()) {
            Job next = job;
            if (next != null && next != last) {
                next.work();
                last = next;
            } else {
                last = next;
                pause(() -> job == null || job == next);
            }
        }
    }

    /** Waits while the condition holds: first spinning, then parked until another thread unparks this one. */
    private static void pause(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + SPIN_NANOS;
        while (condition.getAsBoolean()) {
            if (System.nanoTime() < end) {
                Thread.onSpinWait();
            } else {
                LockSupport.park();
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
        }
    }

    /** One loop: indices are assigned in order, and the thread that completes the last one wakes the caller. */
    private static final class Job {
        private final int count;
        private final IntConsumer body;
        private final Thread caller;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable error;

        Job(int count, IntConsumer body, Thread caller) {
            this.count = count;
            this.body = body;
            this.caller = caller;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                try {
                    if (error == null) {
                        body.accept(i);
                    }
                } catch (RuntimeException | Error e) {
                    error = e;
                }
                if (done.incrementAndGet() == count) {
                    LockSupport.unpark(caller);
                }
            }
        }

        void await() {
            boolean interrupted = false;
            long end = System.nanoTime() + SPIN_NANOS;
            while (done.get() < count) {
                if (System.nanoTime() < end) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
            if (interrupted) {
                caller.interrupt();
            }
        }

        void rethrow() {
            Throwable thrown = error;
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
            if (thrown instanceof Error fatal) {
                throw fatal;
            }
        }
    }
}
