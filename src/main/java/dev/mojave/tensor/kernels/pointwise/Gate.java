package dev.mojave.tensor.kernels.pointwise;

import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.vector.VectorElementwise;
import java.lang.foreign.MemorySegment;

/** The non-linearity between the two products of a feed-forward: {@link GeluKernel} or {@link SwiGluKernel}. */
public enum Gate {
    /** GELU of one projection. */
    GELU(1) {
        @Override
        public Tensor apply(Tensor x) {
            return GeluKernel.apply(x);
        }

        @Override
        public Tensor plain(Tensor x) {
            return GeluKernel.plain(x);
        }

        @Override
        public void forward(MemorySegment u, MemorySegment y, int rows, int width) {
            VectorElementwise.gelu(u, y, 0, (long) rows * width);
        }

        @Override
        public void backward(MemorySegment u, MemorySegment dy, MemorySegment y, int rows, int width) {
            VectorElementwise.geluAgain(u, dy, y, 0, (long) rows * width);
        }
    },
    /** SwiGLU of two projections, gate and up, stored side by side. */
    SWIGLU(2) {
        @Override
        public Tensor apply(Tensor x) {
            return SwiGluKernel.apply(x);
        }

        @Override
        public Tensor plain(Tensor x) {
            return SwiGluKernel.plain(x);
        }

        @Override
        public void forward(MemorySegment u, MemorySegment y, int rows, int width) {
            for (int row = 0; row < rows; row++) {
                VectorElementwise.swiGlu(u, y, row, width);
            }
        }

        @Override
        public void backward(MemorySegment u, MemorySegment dy, MemorySegment y, int rows, int width) {
            for (int row = 0; row < rows; row++) {
                VectorElementwise.swiGluAgain(u, dy, y, row, width);
            }
        }
    };

    private final int projections;

    Gate(int projections) {
        this.projections = projections;
    }

    /** Returns the width of the input as a multiple of the intermediate size. */
    public int projections() {
        return projections;
    }

    /** Applies the non-linearity; x (..., projections * I), result (..., I), differentiable. */
    public abstract Tensor apply(Tensor x);

    /** The reference implementation in libtorch operations. */
    public abstract Tensor plain(Tensor x);

    /** Applies the gate to rows in memory: u (rows, projections * width) to y (rows, width). */
    public abstract void forward(MemorySegment u, MemorySegment y, int rows, int width);

    /** Runs the backward pass if y was not kept: u is overwritten with its gradient, and y is recomputed. */
    public abstract void backward(MemorySegment u, MemorySegment dy, MemorySegment y, int rows, int width);
}
