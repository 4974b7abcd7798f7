package dev.mojave.result.bench;

import dev.mojave.result.Provenance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of programs that took turns at the same work on one machine, in one run.
 *
 * @param work description of the work
 * @param tokensPerSecond speed of Mojave, from its median step
 * @param gflops speed of Mojave in 1e9 FLOPs per second, from its median step
 * @param shareOfCeiling gflops divided by matmulFp32Gflops
 * @param matmulFp32Gflops rate of a 2048-cubed float32 product in 1e9 FLOPs per second, measured by Mojave before and after
 * @param rivals the programs; the first is Mojave
 * @param machine the machine
 * @param versions versions of Mojave's libraries by name
 * @param commit git commit of Mojave
 * @param command command that made the comparison
 * @param measuredAt ISO-8601 instant of the measurement
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
    /** Makes the list immutable. */
    public BenchComparison {
        rivals = List.copyOf(rivals);
    }

    /**
     * The measurements of one program.
     *
     * @param peer name of the program in the comparison
     * @param program self-description of the program: name, version, mode; empty if it did not start
     * @param stepSeconds median over rounds of its median step time
     * @param ratio median over rounds of its step time divided by Mojave's: above 1, Mojave is faster
     * @param ratioLow lower end of the 95% interval of that median (sign test)
     * @param ratioHigh upper end of that interval
     * @param pairs number of rounds
     * @param loadedBytes resident memory with model and data loaded
     * @param peakBytes peak resident memory after that
     * @param problem why it was not measured; null if it was
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
        /** Returns the record of a program that could not be measured. */
        public static Rival failed(String peer, String problem) {
            return new Rival(peer, "", 0, 0, 0, 0, 0, 0, 0, problem);
        }

        /** Returns the growth of memory since model and data were loaded, in bytes. */
        public long grownBytes() {
            return Math.max(0, peakBytes - loadedBytes);
        }
    }
}
