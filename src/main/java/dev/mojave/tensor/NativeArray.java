package dev.mojave.tensor;

import dev.mojave.base.Check;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/**
 * The storage side of a {@link Tensor}: an array in native memory with a shape, an element type, a device, and an owner that frees it.
 */
public abstract sealed class NativeArray implements AutoCloseable permits Tensor {
    final org.bytedeco.pytorch.Tensor handle;

    NativeArray(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    org.bytedeco.pytorch.Tensor handle() {
        return handle;
    }

    /** Returns the sizes of all dimensions. */
    public long[] shape() {
        long[] shape = new long[dimensions()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = handle.size(i);
        }
        return shape;
    }

    /** Returns the size of one dimension. */
    public long size(int dimension) {
        return handle.size(dimension);
    }

    /** Returns the number of dimensions. */
    public int dimensions() {
        return (int) handle.dim();
    }

    /** Returns the number of elements. */
    public long elements() {
        return handle.numel();
    }

    /** Returns the element type. */
    public DType dtype() {
        return DType.of(handle.scalar_type());
    }

    /** Returns the device of this tensor. */
    public Device device() {
        return handle.is_cuda() ? new Device(Device.Kind.CUDA, handle.device().index()) : Device.CPU;
    }

    /** Releases the ownership acquired by {@link Tensor#retain()}, or by keeping the tensor out of the outermost scope. */
    @Override
    public void close() {
        handle.releaseReference();
    }

    /**
     * Returns this tensor's memory, row-major and without copying; valid while the tensor lives. A tensor of no elements has a segment of
     * no bytes.
     *
     * @throws IllegalArgumentException if the tensor is not contiguous or not on the CPU
     */
    @SuppressWarnings("restricted")
    public MemorySegment segment() {
        Check.that(handle.is_contiguous(), "memory of a tensor that is not contiguous: call contiguous() first");
        Check.that(
                !handle.is_cuda(), "memory of a tensor on %s cannot be read from Java: copy it to the CPU", device());
        if (handle.numel() == 0) {
            return MemorySegment.NULL; // Without elements the address is null or arbitrary.
        }
        Pointer data = handle.data_ptr();
        return MemorySegment.ofAddress(data.address()).reinterpret(handle.nbytes());
    }

    /** Returns the value of a one-element tensor. */
    public double item() {
        Check.that(handle.numel() == 1, "item() of a tensor of shape %s", Arrays.toString(shape()));
        return handle.item_double();
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape()) + " " + dtype();
    }
}
