package dev.mojave.tensor.engine.natives;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Resident memory of this process in bytes, as the kernel counts it: native tensors and Java heap together. On Linux the kernel reports
 * current and peak memory; elsewhere the current figure is JavaCPP's, and the peak is the largest one read so far.
 */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";

    private static long largestSeen;

    private ProcessMemory() {}

    /** Returns the current resident bytes. */
    public static long residentBytes() {
        long bytes = statusBytes("VmRSS:");
        return bytes >= 0 ? bytes : remember(org.bytedeco.javacpp.Pointer.physicalBytes());
    }

    /** Returns the largest resident bytes since the process started or since {@link #resetPeak}. */
    public static long peakBytes() {
        long bytes = statusBytes("VmHWM:");
        if (bytes < 0) {
            remember(residentBytes());
        }
        return bytes >= 0 ? bytes : largest();
    }

    /**
     * Resets the peak to the current resident bytes.
     *
     * @return whether the system supports this (Linux, with write access to /proc/self/clear_refs); if not, the peak is that since the
     * start
     */
    public static synchronized boolean resetPeak() {
        if (!Files.isWritable(CLEAR_REFS)) {
            largestSeen = 0;
            return statusBytes("VmHWM:") < 0;
        }
        try {
            Files.writeString(CLEAR_REFS, RESET_PEAK, StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Returns freed memory to the system if possible (glibc), so that later measurements do not include it: the engine keeps freed blocks.
     */
    public static void giveBackFreed() {
        Libc.find().ifPresent(Libc::giveBack);
    }

    /** Returns the bytes that processes can still allocate: Linux's estimate of available memory plus free swap; elsewhere free memory. */
    public static long availableBytes() {
        long available = bytes(MEMINFO, "MemAvailable:");
        if (available < 0) {
            return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? system.getFreeMemorySize()
                    : Long.MAX_VALUE;
        }
        return available + Math.max(0, bytes(MEMINFO, "SwapFree:"));
    }

    private static synchronized long remember(long bytes) {
        largestSeen = Math.max(largestSeen, bytes);
        return bytes;
    }

    private static synchronized long largest() {
        return largestSeen;
    }

    private static long statusBytes(String key) {
        return bytes(STATUS, key);
    }

    private static long bytes(Path file, String key) {
        try {
            if (!Files.isReadable(file)) {
                return -1;
            }
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
            return -1;
        } catch (IOException e) {
            return -1;
        }
    }
}
