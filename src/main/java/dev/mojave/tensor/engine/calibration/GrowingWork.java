package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Measures the rate of an operation at growing sizes: the next size is tried only if the previous one predicts that it fits the budget. A
 * running product of libtorch cannot be interrupted, and on a processor without instructions for its type it takes hundreds of times as
 * long, so no size may be started without such a prediction.
 */
public final class GrowingWork {
    /** The first run of a size also allocates memory that later runs reuse. */
    private static final int FEWEST_RUNS = 2;

    private static final int SET_UP = 16;
    private static final double SECOND = 1e9;

    /** Time for which intermediate sizes are repeated; the best run counts. */
    private static final long STEP_NANOS = 5_000_000L;

    private final long budgetNanos;
    private final long lastNanos;
    private final LongSupplier clock;
    private final Consumer<Measurement> soFar;

    /**
     * @param budgetNanos time limit of all sizes together; the first size always runs
     * @param lastNanos time for which the largest size is repeated; the best run counts
     * @param clock returns nanoseconds
     * @param soFar receives the measurement after each size
     */
    GrowingWork(long budgetNanos, long lastNanos, LongSupplier clock, Consumer<Measurement> soFar) {
        this.budgetNanos = budgetNanos;
        this.lastNanos = lastNanos;
        this.clock = clock;
        this.soFar = soFar;
    }

    /** An operation of any size. */
    public interface Work {
        /** Returns the sizes to try, in ascending order. */
        List<Integer> sizes();

        /** Returns the label of a size, such as {@code 256 cubed}. */
        String label(int size);

        /** Returns the work of one run, in FLOPs or bytes. */
        double amount(int size);

        /** Returns the operation to time; this method creates its inputs, which is not timed. */
        Runnable operation(int size);
    }

    /** Measures in this process, now; the largest size is repeated for a third of the budget. */
    public static Measurement measure(Work work, long budgetMillis) {
        long nanos = budgetMillis * 1_000_000L;
        return new GrowingWork(nanos, nanos / 3, System::nanoTime, _ -> {}).measure(work);
    }

    Measurement measure(Work work) {
        long begin = clock.getAsLong();
        List<Measurement.Point> points = new ArrayList<>();
        int last = work.sizes().getLast();
        long nanos = 0;
        double before = 0;
        Optional<String> failed = setUp(work);
        if (failed.isPresent()) {
            return Measurement.none(failed.get());
        }
        for (int size : work.sizes()) {
            double predicted = points.isEmpty() ? 0 : nanos * (work.amount(size) / before);
            if (!points.isEmpty() && clock.getAsLong() - begin + FEWEST_RUNS * predicted > budgetNanos) {
                return new Measurement(points, null);
            }
            try {
                nanos = best(work.operation(size), begin, size == last ? lastNanos : STEP_NANOS);
            } catch (RuntimeException | LinkageError e) {
                return new Measurement(points, "failed at " + work.label(size) + ": " + reason(e));
            }
            if (points.isEmpty() && nanos > budgetNanos) {
                return Measurement.none("abandoned, " + work.label(size) + " took " + time(nanos));
            }
            before = work.amount(size);
            points.add(new Measurement.Point(size, work.label(size), before / nanos));
            soFar.accept(new Measurement(points, null));
        }
        return new Measurement(points, null);
    }

    /** Runs the smallest size once, so that a library's initialisation is not timed. */
    private static Optional<String> setUp(Work work) {
        int size = Math.max(1, work.sizes().getFirst() / SET_UP);
        try {
            work.operation(size).run();
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("failed: " + reason(e));
        }
    }

    private long best(Runnable operation, long begin, long nanos) {
        long best = Long.MAX_VALUE;
        long first = clock.getAsLong();
        for (int run = 0; run < FEWEST_RUNS || clock.getAsLong() - first < nanos; run++) {
            long start = clock.getAsLong();
            operation.run();
            long now = clock.getAsLong();
            best = Math.min(best, Math.max(1, now - start));
            if (now - begin > budgetNanos) {
                break;
            }
        }
        return best;
    }

    private static String time(long nanos) {
        return nanos < SECOND ? String.format(Locale.ROOT, "%d ms", nanos / 1_000_000) : Units.seconds(nanos / SECOND);
    }

    private static String reason(Throwable e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
