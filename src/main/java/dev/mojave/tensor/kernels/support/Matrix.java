package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.vector.VectorBfloat16;
import java.lang.foreign.MemorySegment;

/**
 * A row-major matrix in native memory, or a part of one. It is created on the thread that owns the tensor; any thread may then use it while
 * the tensor lives.
 *
 * @param memory the elements
 * @param offset element at which the first row starts
 * @param stride distance of two rows, in elements
 * @param type float32, or bfloat16 for factors of products
 */
public record Matrix(MemorySegment memory, long offset, int stride, DType type) {
    /** Returns a contiguous tensor as rows of its last dimension. */
    public static Matrix of(Tensor tensor) {
        return new Matrix(tensor.segment(), 0, Math.toIntExact(tensor.size(-1)), tensor.dtype());
    }

    /** Returns uninitialised float32 rows. */
    public static Matrix of(Buffers buffers, long rows, int columns) {
        return of(buffers, DType.FLOAT32, rows, columns);
    }

    /** Returns uninitialised rows. */
    public static Matrix of(Buffers buffers, DType type, long rows, int columns) {
        return new Matrix(buffers.bytes(rows * columns * type.bytes()), 0, columns, type);
    }

    /** Returns the part of this matrix that starts at a row. */
    public Matrix fromRow(long rows) {
        return new Matrix(memory, offset + rows * stride, stride, type);
    }

    /** Returns the part of this matrix that starts at a column. */
    public Matrix fromColumn(long columns) {
        return new Matrix(memory, offset + columns, stride, type);
    }

    /** Returns a bfloat16 matrix whose rows start where the rows of this float32 matrix do, in the first half of their memory. */
    Matrix lowerHalves() {
        return new Matrix(memory, 2 * offset, 2 * stride, DType.BFLOAT16);
    }

    /** Returns the element at which a row starts. */
    public long row(long row) {
        return offset + row * stride;
    }

    /** Returns the address of the first element; callers that pass it to native code guarantee the bounds. */
    MemorySegment pointer() {
        return memory.asSlice(offset * type.bytes());
    }

    /** Returns the memory of a number of whole rows; the matrix must be as wide as its stride. */
    public MemorySegment rows(long count) {
        return memory.asSlice(offset * type.bytes(), count * stride * type.bytes());
    }

    /** Returns memory in which to compute float32 rows to be stored here: this matrix, or a slot of {@link Scratch} if it is bfloat16. */
    public Matrix values(int slot, int rows, int columns) {
        return type == DType.FLOAT32 ? this : Scratch.matrix(slot, rows, columns);
    }

    /** Stores float32 rows, unless they were computed in place. */
    public void store(Matrix values, int rows, int columns) {
        for (int row = 0; row < rows && type != DType.FLOAT32; row++) {
            VectorBfloat16.narrow(values.memory, values.row(row), memory, row(row), columns);
        }
    }

    /** Loads rows as float32, unless they are float32 in place. */
    public void load(Matrix values, int rows, int columns) {
        for (int row = 0; row < rows && type != DType.FLOAT32; row++) {
            VectorBfloat16.widen(memory, row(row), values.memory, values.row(row), columns);
        }
    }
}
