package dev.mojave.result;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The findings of {@code mojave doctor}: the machine, the choices made for it, the measured ceilings and any problems.
 *
 * @param cpu model name of the processor
 * @param processor kind of processor, and whether another kind is emulated
 * @param cores usable logical cores
 * @param physicalCores usable physical cores
 * @param memoryBytes physical memory, or the container's limit, in bytes
 * @param operatingSystem name, version and architecture
 * @param jdk version of the running Java
 * @param versions versions of libraries by name
 * @param blas {@code mkl} or {@code openblas}
 * @param precision {@code fp32} or {@code bf16-mixed}
 * @param threads threads of libtorch and of the kernels
 * @param kernels {@code fused} or {@code plain}
 * @param malloc {@code tuned} or {@code system}
 * @param chosenBy how the choices were made: by measurement, or, if that was impossible, by which rule instead
 * @param matmulFp32Gflops ceiling of float32 matrix products with the chosen library, in 1e9 FLOPs per second; null if it could not be
 *     measured, as are the next two
 * @param matmulBf16Gflops ceiling of bfloat16 matrix products with the chosen library, in 1e9 FLOPs per second
 * @param copyGbPerSecond bytes read plus bytes written by a copy, in 1e9 bytes per second
 * @param matmulFp32Size size of the product that the float32 ceiling was measured with: {@code 2048 cubed} if the machine is fast enough; null
 *     if there is no ceiling
 * @param matmulBf16Size size of the product that the bfloat16 ceiling was measured with
 * @param libraries every BLAS library that was measured
 * @param abandoned measurements that were abandoned, with the reasons; not a problem in themselves
 * @param problems problems with their remedies; empty if there are none
 */
public record DoctorReport(
        String cpu,
        Provenance.Processor processor,
        int cores,
        int physicalCores,
        long memoryBytes,
        String operatingSystem,
        String jdk,
        Map<String, String> versions,
        String blas,
        String precision,
        int threads,
        String kernels,
        String malloc,
        String chosenBy,
        @Nullable Double matmulFp32Gflops,
        @Nullable Double matmulBf16Gflops,
        @Nullable Double copyGbPerSecond,
        @Nullable String matmulFp32Size,
        @Nullable String matmulBf16Size,
        List<Library> libraries,
        List<String> abandoned,
        List<Problem> problems) {

    /**
     * Rates of one BLAS library in 1e9 FLOPs per second, each at the largest size that there was time for; null if it could not be measured.
     *
     * @param blas name of the library
     * @param threads number of threads that it used
     * @param matmulFp32Gflops rate of float32 products of square matrices
     * @param linearFp32Gflops rate of a float32 linear layer from 384 to 1536 features
     * @param attentionFp32Gflops rate of the forward pass of float32 causal attention
     * @param matmulBf16Gflops rate of bfloat16 products of square matrices
     */
    public record Library(
            String blas,
            int threads,
            @Nullable Double matmulFp32Gflops,
            @Nullable Double linearFp32Gflops,
            @Nullable Double attentionFp32Gflops,
            @Nullable Double matmulBf16Gflops) {}

    /**
     * Something that slows Mojave down or stops it from running.
     *
     * @param problem what is wrong
     * @param remedy what to do about it
     */
    public record Problem(String problem, String remedy) {}
}
