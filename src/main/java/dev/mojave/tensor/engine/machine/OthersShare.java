package dev.mojave.tensor.engine.machine;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** The share of the processors that other programs use while this process works: the total use minus that of this process. */
public final class OthersShare {
    /** The system counts in hundredths of a second, so shorter intervals say little. */
    private static final long SHORTEST_NANOS = 100_000_000L;

    private final OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
    private final long startNanos = System.nanoTime();
    private final long startOwn;
    private long lastNanos = startNanos;
    private double all;

    private OthersShare() {
        load(); // The first call only starts the interval.
        startOwn = own();
    }

    /** Starts watching. */
    public static OthersShare start() {
        return new OthersShare();
    }

    /** Returns the share, 0 to 1 of all processors, since the start; 0 if the system does not report it. */
    public double sinceStart() {
        long now = System.nanoTime();
        if (now - lastNanos > SHORTEST_NANOS) {
            double load = load();
            // The system reports the time since the previous call.
            all += (Double.isNaN(load) || load < 0 ? 0 : load) * (now - lastNanos);
            lastNanos = now;
        }
        if (lastNanos == startNanos) {
            return 0;
        }
        double elapsed = now - startNanos;
        double ours = (own() - startOwn) / (elapsed * bean.getAvailableProcessors());
        return Math.clamp(all / (lastNanos - startNanos) - ours, 0, 1);
    }

    private double load() {
        return bean instanceof com.sun.management.OperatingSystemMXBean more ? more.getCpuLoad() : Double.NaN;
    }

    private long own() {
        return bean instanceof com.sun.management.OperatingSystemMXBean more ? more.getProcessCpuTime() : 0;
    }
}
