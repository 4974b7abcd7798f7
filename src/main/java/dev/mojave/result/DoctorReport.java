package dev.mojave.result;

import java.util.List;
import java.util.Map;

/**
 * What {@code mojave doctor} finds: the machine, the choices made for it, the measured ceilings and what stands in the way.
 *
 * @param cpu model name
 * @param cores usable cores
 * @param physicalCores usable physical cores
 * @param memoryBytes physical memory, or the container's limit
 * @param operatingSystem name, version and architecture
 * @param jdk version of the running Java
 * @param versions libraries by name
 * @param blas {@code mkl} or {@code openblas}
 * @param precision {@code fp32} or {@code bf16-mixed}
 * @param threads of libtorch and of the kernels
 * @param kernels {@code fused} or {@code plain}
 * @param malloc {@code tuned} or {@code system}
 * @param matmulFp32Gflops ceiling of float32 matrix products with the chosen library, 1e9 FLOPs a second
 * @param matmulBf16Gflops the same in bfloat16
 * @param copyGbPerSecond bytes read and written by a copy, 1e9 a second
 * @param libraries every library that was measured
 * @param problems what stands in the way, with remedies; empty when all is well
 */
public record DoctorReport(
        String cpu,
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
        double matmulFp32Gflops,
        double matmulBf16Gflops,
        double copyGbPerSecond,
        List<Library> libraries,
        List<Problem> problems) {

    /**
     * Rates of one BLAS library, 1e9 FLOPs a second.
     *
     * @param blas its name
     * @param threads how many it used
     * @param matmulFp32Gflops float32 product of 2048 x 2048 matrices
     * @param linearFp32Gflops a linear layer of 4096 tokens, 384 to 1536
     * @param attentionFp32Gflops causal attention forward
     * @param matmulBf16Gflops bfloat16 product of 2048 x 2048 matrices
     */
    public record Library(
            String blas,
            int threads,
            double matmulFp32Gflops,
            double linearFp32Gflops,
            double attentionFp32Gflops,
            double matmulBf16Gflops) {}

    /**
     * Something that makes Mojave slow, or stops it.
     *
     * @param problem what was found
     * @param remedy what to do
     */
    public record Problem(String problem, String remedy) {}
}
