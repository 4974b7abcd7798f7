package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.vector.VectorBfloat16;
import java.lang.foreign.MemorySegment;

/**
 * A row-major matrix in native memory, or a part of one. Made from a tensor on the thread that owns it; any thread may then use it
 * while the tensor lives.
 *
 * @param memory where the elements are
 * @param offset element at which the first row begins
 * @param stride elements from one row to the next
 * @param type float32, or bfloat16 for factors of products
 */
public record Matrix(MemorySegment memory, long offset, int stride, DType type) {
    /** The whole tensor as rows of its last dimension; it must be contiguous. */
    public static Matrix of(Tensor tensor) {
        return new Matrix(tensor.segment(), 0, Math.toIntExact(tensor.size(-1)), tensor.dtype());
    }

    /** Float32 rows of any content. */
    public static Matrix of(Buffers buffers, long rows, int columns) {
        return of(buffers, DType.FLOAT32, rows, columns);
    }

    /** Rows of any content. */
    public static Matrix of(Buffers buffers, DType type, long rows, int columns) {
        return new Matrix(buffers.bytes(rows * columns * type.bytes()), 0, columns, type);
    }

    /** The matrix that begins some rows down. */
    public Matrix fromRow(long rows) {
        return new Matrix(memory, offset + rows * stride, stride, type);
    }

    /** The matrix that begins some columns to the right. */
    public Matrix fromColumn(long columns) {
        return new Matrix(memory, offset + columns, stride, type);
    }

    /** The bfloat16 matrix whose rows begin where these do: each row of a float32 matrix has room for one of half the bytes. */
    Matrix lowerHalves() {
        return new Matrix(memory, 2 * offset, 2 * stride, DType.BFLOAT16);
    }

    /** The element at which a row begins. */
    public long row(long row) {
        return offset + row * stride;
    }

    /** Where the first element is; bounds are known to whoever passes this to native code. */
    MemorySegment pointer() {
        return memory.asSlice(offset * type.bytes());
    }

    /** The memory of so many whole rows; the matrix must be as wide as its stride. */
    public MemorySegment rows(long count) {
        return memory.asSlice(offset * type.bytes(), count * stride * type.bytes());
    }

    /** Where to compute float32 rows that are to be stored here: here, or if this is narrower in a slot of {@link Scratch}. */
    public Matrix values(int slot, int rows, int columns) {
        return type == DType.FLOAT32 ? this : Scratch.matrix(slot, rows, columns);
    }

    /** Stores float32 rows, unless they are here already. */
    public void store(Matrix values, int rows, int columns) {
        for (int row = 0; row < rows && type != DType.FLOAT32; row++) {
            VectorBfloat16.narrow(values.memory, values.row(row), memory, row(row), columns);
        }
    }

    /** Loads rows as float32, unless they are so already. */
    public void load(Matrix values, int rows, int columns) {
        for (int row = 0; row < rows && type != DType.FLOAT32; row++) {
            VectorBfloat16.widen(memory, row(row), values.memory, values.row(row), columns);
        }
    }
}
