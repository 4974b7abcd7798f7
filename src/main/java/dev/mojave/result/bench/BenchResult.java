package dev.mojave.result.bench;

import dev.mojave.result.Provenance;

/**
 * Speed of a workload, compared with this machine's ceiling measured in the same run.
 *
 * @param work description of the workload, for example {@code "train 6x6x384, context 256, batch 32, vocabulary 65"}
 * @param tokensPerSecond speed, from the median step
 * @param stepSeconds median step time
 * @param gflops speed in 1e9 FLOPs per second, from the median step
 * @param shareOfCeiling gflops divided by the measured matmul ceiling for the precision used
 * @param peakMemoryBytes peak resident memory of the process
 * @param precision {@code fp32} or {@code bf16-mixed}
 * @param blas {@code mkl} or {@code openblas}
 * @param machine the machine
 */
public record BenchResult(
        String work,
        double tokensPerSecond,
        double stepSeconds,
        double gflops,
        double shareOfCeiling,
        long peakMemoryBytes,
        String precision,
        String blas,
        Provenance.Machine machine) {}
