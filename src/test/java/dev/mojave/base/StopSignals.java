package dev.mojave.base;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Stop signals for tests. */
public final class StopSignals {
    private StopSignals() {}

    /** Requests a stop when a condition is met, like Ctrl-C. */
    public static StopSignal when(BooleanSupplier it) {
        return new StopSignal() {
            @Override
            public boolean requested() {
                return it.getAsBoolean();
            }

            @Override
            public int exitCode() {
                return 130;
            }
        };
    }

    /** Requests a stop after it was polled the given number of times, which is once per step. */
    public static StopSignal afterPolls(int polls) {
        AtomicInteger left = new AtomicInteger(polls);
        return when(() -> left.getAndDecrement() <= 0);
    }
}
