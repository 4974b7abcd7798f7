package dev.mojave.result;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code mojave doctor} finds: the machine, the choices made for it, the measured ceilings and what stands in the way.
 *
 * @param cpu model name
 * @param processor what kind of processor it is, and whether it is used as if it were another
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
 * @param chosenBy what decided: that it was measured, or that it could not be and what says so instead
 * @param matmulFp32Gflops ceiling of float32 matrix products with the chosen library, 1e9 FLOPs a second; absent if it could not be measured,
 *     as are the next two
 * @param matmulBf16Gflops the same in bfloat16
 * @param copyGbPerSecond bytes read and written by a copy, 1e9 a second
 * @param matmulFp32Size the size of the product that the ceiling is of: {@code 2048 cubed} where it is fast enough; absent if there is none
 * @param matmulBf16Size the same of bfloat16's
 * @param libraries every library that was measured
 * @param abandoned what was not measured to the end, with the reason; no problem in itself
 * @param problems what stands in the way, with remedies; empty when all is well
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
     * Rates of one BLAS library, 1e9 FLOPs a second, each at the largest size that there was time for; absent if it could not be measured.
     *
     * @param blas its name
     * @param threads how many it used
     * @param matmulFp32Gflops float32 product of square matrices
     * @param linearFp32Gflops a linear layer, 384 to 1536
     * @param attentionFp32Gflops causal attention forward
     * @param matmulBf16Gflops bfloat16 product of square matrices
     */
    public record Library(
            String blas,
            int threads,
            @Nullable Double matmulFp32Gflops,
            @Nullable Double linearFp32Gflops,
            @Nullable Double attentionFp32Gflops,
            @Nullable Double matmulBf16Gflops) {}

    /**
     * Something that makes Mojave slow, or stops it.
     *
     * @param problem what was found
     * @param remedy what to do
     */
    public record Problem(String problem, String remedy) {}
}
