package dev.mojave.result.bench;

import dev.mojave.result.Provenance;

/**
 * Speed of one piece of work beside this machine's ceiling, measured in the same run.
 *
 * @param work for example {@code "train 6x6x384, context 256, batch 32, vocabulary 65"}
 * @param tokensPerSecond from the median step
 * @param stepSeconds median
 * @param gflops FLOPs per second of the median step, in 1e9
 * @param shareOfCeiling gflops over the measured matmul ceiling of the precision used
 * @param peakMemoryBytes peak resident memory of the process
 * @param precision {@code fp32} or {@code bf16-mixed}
 * @param blas {@code mkl}, {@code openblas}
 * @param machine where
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
