package dev.mojave.tensor;

import java.lang.ref.Cleaner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;

/** {@link Scope#liveObjects()} at rest, for tests that compare it before and after. */
public final class LiveObjects {
    private static final long WAIT_MILLIS = 20;
    private static final Cleaner CLEANER = Cleaner.create();

    private LiveObjects() {}

    /**
     * Returns the number of native objects when none is left for the garbage collector: those that earlier tests made outside scopes
     * would otherwise be freed, and counted off, at a moment of the collector's choice.
     */
    public static long settled() {
        long count;
        do {
            count = Scope.liveObjects();
            collect();
        } while (Scope.liveObjects() != count);
        return count;
    }

    /**
     * Returns when what could not be reached at the call has been freed. A collection's references are handed on one by one, in any
     * order, but all of them before those of a later collection: the sign of a second one says that the first is through.
     */
    private static void collect() {
        awaitCollection();
        awaitCollection();
        Pointer.deallocateReferences();
    }

    /** Returns when a collection has handed on something that could not be reached. */
    private static void awaitCollection() {
        CountDownLatch collected = new CountDownLatch(1);
        CLEANER.register(new Object(), collected::countDown);
        try {
            do {
                System.gc();
                Pointer.deallocateReferences();
            } while (!collected.await(WAIT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
