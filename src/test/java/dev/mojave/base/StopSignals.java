package dev.mojave.base;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Requests to stop, for tests. */
public final class StopSignals {
    private StopSignals() {}

    /** Asks to stop when it is so, as Ctrl-C would. */
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

    /** Asks to stop after it was polled so many times: once a step. */
    public static StopSignal afterPolls(int polls) {
        AtomicInteger left = new AtomicInteger(polls);
        return when(() -> left.getAndDecrement() <= 0);
    }
}
