package dev.mojave.tensor.engine;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** How much of the machine other programs use while this process works: what all use, less what this process uses itself. */
final class OthersShare {
    private final OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
    private final long startNanos = System.nanoTime();
    private final long startOwn;

    private OthersShare() {
        load(); // the first call only starts the interval
        startOwn = own();
    }

    static OthersShare start() {
        return new OthersShare();
    }

    /** Returns the share, 0 to 1 of all processors, since the start; 0 where the system does not say. To be asked once. */
    double sinceStart() {
        double all = load();
        double ours = (own() - startOwn) / ((double) (System.nanoTime() - startNanos) * bean.getAvailableProcessors());
        return Double.isNaN(all) || all < 0 ? 0 : Math.clamp(all - ours, 0, 1);
    }

    private double load() {
        return bean instanceof com.sun.management.OperatingSystemMXBean more ? more.getCpuLoad() : Double.NaN;
    }

    private long own() {
        return bean instanceof com.sun.management.OperatingSystemMXBean more ? more.getProcessCpuTime() : 0;
    }
}
