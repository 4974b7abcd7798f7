package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.kernels.vector.VectorBfloat16;
import java.util.Optional;

/**
 * The number format of the factors in the kernels' matrix products. Sums inside a product, values between products, parameters and their
 * gradients are always float32.
 */
public enum Precision {
    /** Float32 factors. */
    FULL,

    /** Factors rounded to bfloat16 and stored as bfloat16, for the BLAS library's bfloat16 product. */
    NARROW,

    /**
     * Factors rounded to bfloat16 and stored as float32: the product of two bfloat16 numbers is exact in float32, so this differs from
     * {@link #NARROW} only in the order of sums. It is for processors whose bfloat16 instructions are slower than float32's, or that have
     * none.
     */
    ROUNDED;

    private static final Optional<Precision> MIXED = mixed(MachineInfo.detect(), Blas.multipliesNarrow());

    /**
     * Returns the precision in which this machine's kernels multiply in a compute type; empty if they do not support it, or if libtorch's
     * own products are faster, so that the reference implementations run.
     */
    public static Optional<Precision> of(DType compute) {
        return switch (compute) {
            case FLOAT32 -> Blas.available() ? Optional.of(FULL) : Optional.empty();
            case BFLOAT16 -> Blas.available() ? MIXED : Optional.empty();
            default -> Optional.empty();
        };
    }

    /**
     * Chooses by processor flags, not by measuring, because a resumed run must multiply as before. With AVX512_BF16 alone, without tiles,
     * Intel's servers reach half of float32's rate, while AMD's reach twice that rate through oneDNN, which libtorch calls.
     *
     * @param library whether the BLAS library multiplies bfloat16
     */
    static Optional<Precision> mixed(MachineInfo machine, boolean library) {
        boolean tiles = machine.has("amx_bf16");
        if (tiles && library) {
            return Optional.of(NARROW);
        }
        boolean fast = tiles
                || machine.has("bf16")
                || (machine.has("avx512_bf16") && machine.cpu().contains("AMD"));
        return fast ? Optional.empty() : Optional.of(ROUNDED);
    }

    /** Returns the type in which factors are kept for the backward pass. */
    public DType kept() {
        return this == FULL ? DType.FLOAT32 : DType.BFLOAT16;
    }

    /** Returns float32 memory for all rows of kept factors: their own, or new memory that belongs to the open scope. */
    public Matrix values(Tensor kept) {
        return Matrix.of(this == FULL ? kept : Tensors.empty(DType.FLOAT32, kept.shape()));
    }

    /** Returns rows as factors, in place or in a slot of {@link Scratch}. */
    public Matrix factors(Matrix values, int slot, int rows, int columns) {
        Matrix to = switch (this) {
            case FULL -> values;
            case NARROW -> Scratch.matrix(slot, DType.BFLOAT16, rows, columns);
            case ROUNDED -> Scratch.matrix(slot, DType.FLOAT32, rows, columns);
        };
        write(values, to, rows, columns);
        return to;
    }

    /** Replaces rows by factors in place and returns them; {@link #of(Matrix)} returns them afterwards. */
    public Matrix replace(Matrix values, int rows, int columns) {
        Matrix to = of(values);
        write(values, to, rows, columns);
        return to;
    }

    /** Returns the factors that {@linkplain #replace replaced} values. */
    public Matrix of(Matrix values) {
        return this == NARROW ? values.lowerHalves() : values;
    }

    /** Returns a weight matrix as factors, converted by all threads; new memory belongs to the open scope. */
    Matrix weights(Tensor weightOI) {
        Matrix values = Matrix.of(weightOI.detach());
        if (this == FULL) {
            return values;
        }
        int columns = values.stride();
        Matrix to = Matrix.of(Tensors.empty(this == NARROW ? DType.BFLOAT16 : DType.FLOAT32, weightOI.shape()));
        Workers.forRanges(
                weightOI.elements() / columns,
                Math.max(1, Fused.GRAIN / columns),
                (from, end) -> write(values.fromRow(from), to.fromRow(from), (int) (end - from), columns));
        return to;
    }

    private void write(Matrix values, Matrix to, int rows, int columns) {
        for (int row = 0; row < rows && this != FULL; row++) {
            if (this == NARROW) {
                VectorBfloat16.narrow(values.memory(), values.row(row), to.memory(), to.row(row), columns);
            } else {
                VectorBfloat16.round(values.memory(), values.row(row), to.memory(), to.row(row), columns);
            }
        }
    }
}
