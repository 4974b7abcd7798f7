package dev.mojave.result.bench;

import dev.mojave.result.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this machine could do, and what our kernels do beside it and beside their twins in libtorch operations, all measured in one run.
 *
 * @param work the sizes, for example {@code "kernels 6x384, context 256, batch 8, vocabulary 16384"}
 * @param matmulFp32Gflops rate of a large float32 matrix product, in 1e9 FLOPs per second; absent if it could not be measured
 * @param matmulBf16Gflops rate of the same in bfloat16; absent if it could not be measured
 * @param matmulFp32Size the size of that product: {@code 2048 cubed} where it is fast enough; absent if there is no rate
 * @param matmulBf16Size the same in bfloat16
 * @param matmulBf16Abandoned why the bfloat16 product was not measured, or not to the end; absent otherwise
 * @param copyBytesPerSecond bytes read plus bytes written while copying memory that no cache holds
 * @param readBytesPerSecond bytes read while summing such memory
 * @param kernels one after the other
 * @param blas {@code mkl}, {@code openblas}
 * @param threads that computed
 * @param machine where
 */
public record KernelSpeeds(
        String work,
        @Nullable Double matmulFp32Gflops,
        @Nullable Double matmulBf16Gflops,
        @Nullable String matmulFp32Size,
        @Nullable String matmulBf16Size,
        @Nullable String matmulBf16Abandoned,
        double copyBytesPerSecond,
        double readBytesPerSecond,
        List<Kernel> kernels,
        String blas,
        int threads,
        Provenance.@Nullable Machine machine) {
    /** Keeps the list from changing. */
    public KernelSpeeds {
        kernels = List.copyOf(kernels);
    }

    /**
     * One kernel.
     *
     * @param name what it computes
     * @param bound what limits it: {@code matmul}, {@code copy} or {@code read}
     * @param seconds median of a run, backward included where there is one
     * @param twinSeconds median of its twin, taking turns with it
     * @param shareOfCeiling FLOPs or bytes per second over what the bound allows, from the median
     */
    public record Kernel(String name, String bound, double seconds, double twinSeconds, double shareOfCeiling) {}
}
