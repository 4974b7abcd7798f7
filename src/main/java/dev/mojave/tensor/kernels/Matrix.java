package dev.mojave.tensor.kernels;

import dev.mojave.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A row-major float32 matrix in native memory, or a part of one. Made from a tensor on the thread that owns it; any thread may then
 * use it while the tensor lives.
 *
 * @param memory where the elements are
 * @param offset element at which the first row begins
 * @param stride elements from one row to the next
 */
record Matrix(MemorySegment memory, long offset, int stride) {
    /** The whole tensor as rows of its last dimension; it must be contiguous. */
    static Matrix of(Tensor tensor) {
        return new Matrix(tensor.segment(), 0, Math.toIntExact(tensor.size(-1)));
    }

    /** The matrix that begins some rows down. */
    Matrix fromRow(long rows) {
        return new Matrix(memory, offset + rows * stride, stride);
    }

    /** The matrix that begins some columns to the right. */
    Matrix fromColumn(long columns) {
        return new Matrix(memory, offset + columns, stride);
    }

    /** The element at which a row begins. */
    long row(long row) {
        return offset + row * stride;
    }

    /** Where the first element is; bounds are known to whoever passes this to native code. */
    MemorySegment pointer() {
        return memory.asSlice(offset * Float.BYTES);
    }

    /** The memory of so many whole rows; the matrix must be as wide as its stride. */
    MemorySegment rows(long count) {
        return memory.asSlice(offset * Float.BYTES, count * stride * Float.BYTES);
    }
}
