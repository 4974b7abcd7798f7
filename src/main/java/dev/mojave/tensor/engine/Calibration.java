package dev.mojave.tensor.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What was measured on this machine, and what follows from it: the BLAS library with the higher {@linkplain Figures#score score},
 * its best number of threads, and bfloat16 only where its products beat float32's by {@value #BF16_ADVANTAGE}.
 *
 * @param cpu model name of the processor
 * @param blas the faster library
 * @param threads its best number of threads
 * @param precision {@code fp32}, or {@code bf16-mixed} where it pays
 * @param figures everything measured
 * @param notes what went wrong, in words; empty when all is well
 * @param measuredAt ISO-8601 instant
 */
public record Calibration(
        String cpu,
        String blas,
        int threads,
        String precision,
        List<Figures> figures,
        List<String> notes,
        String measuredAt) {
    /** How much faster bfloat16 products must be to be chosen: mixed precision also costs casts. */
    static final double BF16_ADVANTAGE = 1.3;

    /** How much faster MKL must be to be chosen: it is the larger library, and not free software. */
    private static final double MKL_ADVANTAGE = 1.02;

    /**
     * Rates of one library with one number of threads, in GFLOP/s unless named otherwise.
     *
     * @param blas the library
     * @param threads how many
     * @param fp32Ceiling float32 product of 2048 x 2048 matrices
     * @param fp32Linear a linear layer of 4096 tokens, 384 to 1536
     * @param fp32Small a linear layer of 768 tokens, 128 to 512
     * @param fp32Attention causal attention, 48 heads of 64, 256 tokens, forward
     * @param bf16Ceiling bfloat16 product of 2048 x 2048 matrices
     * @param bf16Linear the linear layer of 4096 tokens in bfloat16
     * @param copyGbPerSecond bytes read and written by a copy of 64 MB, in 1e9 a second
     */
    public record Figures(
            String blas,
            int threads,
            double fp32Ceiling,
            double fp32Linear,
            double fp32Small,
            double fp32Attention,
            double bf16Ceiling,
            double bf16Linear,
            double copyGbPerSecond) {
        /** Returns the geometric mean of the float32 rates: what a training step feels. */
        double score() {
            return Math.pow(fp32Ceiling * fp32Linear * fp32Small * fp32Attention, 1.0 / 4);
        }

        boolean bf16Pays() {
            return Math.sqrt(bf16Ceiling * bf16Linear) >= BF16_ADVANTAGE * Math.sqrt(fp32Ceiling * fp32Linear);
        }
    }

    /** Keeps the lists from changing. */
    public Calibration {
        figures = List.copyOf(figures);
        notes = List.copyOf(notes);
    }

    /** Chooses from what was measured; nothing if nothing was. */
    static Optional<Calibration> choose(String cpu, List<Figures> figures, List<String> notes, String measuredAt) {
        return figures.stream()
                .max(Comparator.comparingDouble(f -> f.score() / (f.blas().equals("mkl") ? MKL_ADVANTAGE : 1)))
                .map(best -> new Calibration(
                        cpu,
                        best.blas(),
                        best.threads(),
                        best.bf16Pays() ? "bf16-mixed" : "fp32",
                        figures,
                        notes,
                        measuredAt));
    }

    /** Returns the best figures of a library, if it was measured. */
    public Optional<Figures> of(String library) {
        return figures.stream().filter(f -> f.blas().equals(library)).max(Comparator.comparingDouble(Figures::score));
    }
}
