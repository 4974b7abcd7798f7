package dev.mojave.result.bench;

import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Programs that took turns at the same work on one machine in one run.
 *
 * @param work what they did
 * @param tokensPerSecond of ours, from its median step
 * @param gflops of ours, FLOPs per second of its median step, in 1e9
 * @param shareOfCeiling gflops over the rate of a 2048-cubed float32 product, measured before and after by ours
 * @param matmulFp32Gflops that rate, in 1e9
 * @param rivals the programs; the first is ours
 * @param machine where
 * @param versions libraries of ours by name
 * @param commit of this program
 * @param command that made this
 * @param measuredAt ISO-8601 instant
 */
public record BenchComparison(
        String work,
        double tokensPerSecond,
        double gflops,
        double shareOfCeiling,
        double matmulFp32Gflops,
        List<Rival> rivals,
        Provenance.Machine machine,
        Map<String, String> versions,
        String commit,
        String command,
        String measuredAt) {
    /** Keeps the list from changing. */
    public BenchComparison {
        rivals = List.copyOf(rivals);
    }

    /**
     * One program.
     *
     * @param peer what it is
     * @param program what it said that it is: name, version, way of working; empty if it did not start
     * @param stepSeconds the median over rounds of its median step
     * @param ratio its step time over ours, the median over rounds: above 1, ours is faster
     * @param ratioLow lower end of the 95% interval of that median (sign test)
     * @param ratioHigh upper end
     * @param pairs rounds
     * @param loadedBytes resident memory with model and data ready
     * @param peakBytes largest resident memory after that
     * @param problem why it was not measured; absent if it was
     */
    public record Rival(
            String peer,
            String program,
            double stepSeconds,
            double ratio,
            double ratioLow,
            double ratioHigh,
            int pairs,
            long loadedBytes,
            long peakBytes,
            @Nullable String problem) {
        /** Says of a program why there are no figures. */
        public static Rival failed(String peer, String problem) {
            return new Rival(peer, "", 0, 0, 0, 0, 0, 0, 0, problem);
        }

        /** Returns memory grown since model and data were ready, bytes. */
        public long grownBytes() {
            return Math.max(0, peakBytes - loadedBytes);
        }
    }
}
