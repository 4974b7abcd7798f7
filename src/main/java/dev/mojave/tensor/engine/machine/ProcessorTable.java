package dev.mojave.tensor.engine.machine;

/**
 * The BLAS library that is probably faster if nothing was measured, by vendor and instruction set. The precision is then float32: whether
 * bfloat16 pays differs too much between processors with the same instructions.
 *
 * @param blas {@code mkl} or {@code openblas}
 * @param processors the kind of processors in this row, in words
 */
public record ProcessorTable(String blas, String processors) {
    /** Returns the row of a machine's processor. */
    public static ProcessorTable of(MachineInfo machine, boolean mkl) {
        ProcessorTable row = row(machine);
        return row.blas.equals("mkl") && !mkl
                ? new ProcessorTable("openblas", row.processors + ", without MKL's libraries")
                : row;
    }

    private static ProcessorTable row(MachineInfo machine) {
        return switch (machine.identity().vendor()) {
            // MKL doubles OpenBLAS's end-to-end speed.
            case CpuIdentity.INTEL -> new ProcessorTable("mkl", "Intel's processors");
            case CpuIdentity.AMD -> amd(machine);
            default -> new ProcessorTable("openblas", "processors of other makers");
        };
    }

    private static ProcessorTable amd(MachineInfo machine) {
        if (machine.has("avx512f")) {
            return new ProcessorTable("openblas", "AMD's processors with AVX-512");
        }
        // A training step of 4x4x128 took 48.3 ms with MKL and 61.4 ms with OpenBLAS.
        return machine.has("avx2")
                ? new ProcessorTable("mkl", "AMD's processors with AVX2")
                : new ProcessorTable("openblas", "AMD's processors without AVX2");
    }
}
