package dev.mojave.tensor;

import dev.mojave.base.Check;
import dev.mojave.tensor.engine.Engine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Creates tensors on the {@linkplain Device#current() current device}. */
public final class Tensors {
    static {
        Engine.load();
    }

    private Tensors() {}

    /** Returns an uninitialised tensor. */
    public static Tensor empty(DType type, long... shape) {
        return Native.call("empty", () -> torch.empty(shape, Options.of(type), new MemoryFormatOptional()));
    }

    /** Returns an uninitialised tensor in the host's memory, whichever device is current: Java can read and write it. */
    static Tensor onHost(DType type, long... shape) {
        return Native.call("empty", () -> torch.empty(shape, Options.host(type), new MemoryFormatOptional()));
    }

    /** Returns zeros. */
    public static Tensor zeros(DType type, long... shape) {
        return Native.call("zeros", () -> torch.zeros(shape, Options.of(type)));
    }

    /** Returns ones. */
    public static Tensor ones(DType type, long... shape) {
        return full(type, 1, shape);
    }

    /** Returns a tensor of one value. */
    public static Tensor full(DType type, double value, long... shape) {
        return Native.call("full", () -> torch.full(shape, new Scalar(value), Options.of(type)));
    }

    /** Returns 0, 1, ..., n - 1. */
    public static Tensor arange(DType type, long n) {
        return Native.call("arange", () -> torch.arange(new Scalar(n), Options.of(type)));
    }

    /** Returns float32 values from a normal distribution. */
    public static Tensor normal(Rng rng, double mean, double standardDeviation, long... shape) {
        Tensor host = onHost(DType.FLOAT32, shape);
        return Native.call("normal", () -> host.handle().normal_(mean, standardDeviation, rng.optional()))
                .to(Device.current());
    }

    /** Returns float32 values uniform in [low, high). */
    public static Tensor uniform(Rng rng, double low, double high, long... shape) {
        Tensor host = onHost(DType.FLOAT32, shape);
        return Native.call("uniform", () -> host.handle().uniform_(low, high, rng.optional()))
                .to(Device.current());
    }

    /** Copies float32 values of the given shape. */
    public static Tensor of(float[] values, long... shape) {
        return copy(MemorySegment.ofArray(values), DType.FLOAT32, shape);
    }

    /** Copies int64 values of the given shape. */
    public static Tensor of(long[] values, long... shape) {
        return copy(MemorySegment.ofArray(values), DType.INT64, shape);
    }

    /** Copies token ids into an int64 tensor of the given shape. */
    public static Tensor ofIds(int[] ids, long... shape) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = ids[i];
        }
        return of(wide, shape);
    }

    /** Returns a float32 scalar. */
    public static Tensor scalar(double value) {
        return full(DType.FLOAT32, value);
    }

    /**
     * Copies raw little-endian elements from memory.
     *
     * @throws IllegalArgumentException if the size does not fit the shape
     */
    public static Tensor copy(MemorySegment data, DType type, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        Check.that(
                data.byteSize() == elements * type.bytes(),
                "%d bytes do not fill %d elements of %s",
                data.byteSize(),
                elements,
                type);
        Tensor host = onHost(type, shape);
        MemorySegment.copy(data, 0, host.segment(), 0, data.byteSize());
        return host.to(Device.current());
    }

    /** Joins tensors along an existing dimension. */
    public static Tensor cat(List<Tensor> tensors, int dimension) {
        return Native.call("cat", () -> torch.cat(vector(tensors), dimension), tensors.toArray(new Tensor[0]));
    }

    /** Joins tensors of one shape along a new dimension. */
    public static Tensor stack(List<Tensor> tensors, int dimension) {
        return Native.call("stack", () -> torch.stack(vector(tensors), dimension), tensors.toArray(new Tensor[0]));
    }

    private static TensorVector vector(List<Tensor> tensors) {
        org.bytedeco.pytorch.Tensor[] handles = new org.bytedeco.pytorch.Tensor[tensors.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = tensors.get(i).handle();
        }
        return new TensorVector(handles);
    }

    /** Copies float32 values out of a tensor of any float type, in row-major order. */
    static float[] floats(Tensor tensor) {
        return tensor.detach()
                .to(Device.CPU)
                .to(DType.FLOAT32)
                .contiguous()
                .segment()
                .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    /** Copies int64 values out of an integer tensor, in row-major order. */
    static long[] longs(Tensor tensor) {
        return tensor.detach()
                .to(Device.CPU)
                .to(DType.INT64)
                .contiguous()
                .segment()
                .toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }
}
