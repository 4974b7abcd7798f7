package dev.mojave.tensor;

import java.lang.ref.Cleaner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;

/** Reads {@link Scope#liveObjects()} in a settled state, for tests that compare it before and after. */
public final class LiveObjects {
    private static final long WAIT_MILLIS = 20;
    private static final Cleaner CLEANER = Cleaner.create();

    private LiveObjects() {}

    /**
     * Returns the number of native objects once the garbage collector has nothing left to free: otherwise objects that earlier tests
     * created outside scopes would be freed at a moment of the collector's choice.
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
     * Returns once everything that was unreachable at the call has been freed. The references of a collection are processed one by one, in
     * any order, but all of them before those of a later collection: a sign of the second collection shows that the first is complete.
     */
    private static void collect() {
        awaitCollection();
        awaitCollection();
        Pointer.deallocateReferences();
    }

    /** Returns once a collection has processed an unreachable object. */
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
