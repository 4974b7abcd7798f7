package dev.mojave.result.bench;

import dev.mojave.result.Provenance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The speeds of the fused kernels, compared with the machine's ceilings and with the reference implementations in libtorch operations, all
 * measured in one run.
 *
 * @param work sizes, for example {@code "kernels 6x384, context 256, batch 8, vocabulary 16384"}
 * @param matmulFp32Gflops rate of a large float32 matrix product, in 1e9 FLOPs per second; null if it could not be measured
 * @param matmulBf16Gflops rate of a large bfloat16 matrix product, in 1e9 FLOPs per second; null if it could not be measured
 * @param matmulFp32Size size of the float32 product: {@code 2048 cubed} if the machine is fast enough; null if there is no rate
 * @param matmulBf16Size size of the bfloat16 product; null if there is no rate
 * @param matmulBf16Abandoned why the measurement of the bfloat16 product was skipped or abandoned; null otherwise
 * @param copyBytesPerSecond bytes read plus bytes written per second while copying memory that is not in any cache
 * @param readBytesPerSecond bytes read per second while summing memory that is not in any cache
 * @param kernels the kernels, in the order in which they were measured
 * @param blas {@code mkl} or {@code openblas}
 * @param threads number of threads used
 * @param machine the machine
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
    /** Makes the list immutable. */
    public KernelSpeeds {
        kernels = List.copyOf(kernels);
    }

    /**
     * The measurements of one kernel.
     *
     * @param name name of the computation
     * @param bound the ceiling that limits it: {@code matmul}, {@code copy} or {@code read}
     * @param seconds median time per run, including the backward pass if there is one
     * @param twinSeconds median time of the reference implementation, alternating with the kernel
     * @param shareOfCeiling FLOPs or bytes per second of the median run, divided by the ceiling
     */
    public record Kernel(String name, String bound, double seconds, double twinSeconds, double shareOfCeiling) {}
}
