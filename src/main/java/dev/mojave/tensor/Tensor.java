package dev.mojave.tensor;

import dev.mojave.base.Check;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorVector;

/**
 * An n-dimensional array with automatic differentiation, backed by libtorch.
 *
 * <p>Methods return new tensors unless they end in {@code InPlace}; shapes broadcast as in PyTorch; negative dimensions count
 * from the end. A tensor belongs to the {@link Scope} in which it was made.
 */
public final class Tensor implements AutoCloseable {
    private final org.bytedeco.pytorch.Tensor handle;

    Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    org.bytedeco.pytorch.Tensor handle() {
        return handle;
    }

    // ---- identity

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

    /** Returns where this tensor lives. */
    public Device device() {
        return handle.is_cuda() ? new Device(Device.Kind.CUDA, handle.device().index()) : Device.CPU;
    }

    // ---- lifetime and memory

    /** Gives this tensor an owner outside any scope, who calls {@link #close()} in the end. */
    public Tensor retain() {
        handle.retainReference();
        return this;
    }

    /** Gives up ownership taken by {@link #retain()}, or by keeping out of the outermost scope. */
    @Override
    public void close() {
        handle.releaseReference();
    }

    /**
     * Returns this tensor's memory, row-major and without copying; valid while the tensor lives.
     *
     * @throws IllegalArgumentException if the tensor is not contiguous or not on the CPU
     */
    @SuppressWarnings("restricted")
    public MemorySegment segment() {
        Check.that(handle.is_contiguous(), "memory of a tensor that is not contiguous: call contiguous() first");
        Check.that(
                !handle.is_cuda(), "memory of a tensor on %s cannot be read from Java: copy it to the CPU", device());
        Pointer data = handle.data_ptr();
        return MemorySegment.ofAddress(data.address()).reinterpret(handle.nbytes());
    }

    /** Copies the values as float32, row-major. */
    public float[] toFloats() {
        try (Scope _ = Scope.open()) {
            return Tensors.floats(this);
        }
    }

    /** Copies the values as int64, row-major. */
    public long[] toLongs() {
        try (Scope _ = Scope.open()) {
            return Tensors.longs(this);
        }
    }

    /** Returns the value of a one-element tensor. */
    public double item() {
        Check.that(handle.numel() == 1, "item() of a tensor of shape %s", Arrays.toString(shape()));
        return handle.item_double();
    }

    // ---- differentiation

    /** Returns whether gradients are wanted for this tensor. */
    public boolean requiresGrad() {
        return handle.requires_grad();
    }

    /** Asks for gradients (leaf tensors). */
    public Tensor requireGrad(boolean wanted) {
        handle.set_requires_grad(wanted);
        return this;
    }

    /** Returns the accumulated gradient, if backward has reached this leaf. */
    public Optional<Tensor> grad() {
        org.bytedeco.pytorch.Tensor gradient = handle.grad();
        return gradient.defined() ? Optional.of(new Tensor(gradient)) : Optional.empty();
    }

    /** Forgets the gradient, so that the next backward writes it afresh. */
    public void clearGrad() {
        handle.mutable_grad().reset();
    }

    /** Accumulates the gradients of this scalar into the leaves that it was computed from. */
    public void backward() {
        try {
            handle.backward();
        } catch (RuntimeException e) {
            throw Native.translate("backward", e, this);
        }
    }

    /** Accumulates gradients, starting from the given gradient of this tensor. */
    public void backward(Tensor gradient) {
        try {
            handle.backward(
                    gradient.handle, new BoolOptional(), false, new org.bytedeco.pytorch.TensorArrayRefOptional());
        } catch (RuntimeException e) {
            throw Native.translate("backward", e, this, gradient);
        }
    }

    /** Returns the same values, cut off from the graph. */
    public Tensor detach() {
        return Native.call("detach", handle::detach, this);
    }

    // ---- shape

    /** Returns the same memory in another shape; one size may be -1. */
    public Tensor view(long... shape) {
        return Native.call("view", () -> handle.view(shape), this);
    }

    /** Returns another shape, copying only if it must. */
    public Tensor reshape(long... shape) {
        return Native.call("reshape", () -> handle.reshape(shape), this);
    }

    /** Swaps two dimensions, without copying. */
    public Tensor transpose(int a, int b) {
        return Native.call("transpose", () -> handle.transpose(a, b), this);
    }

    /** Reorders the dimensions, without copying. */
    public Tensor permute(long... order) {
        return Native.call("permute", () -> handle.permute(order), this);
    }

    /** Inserts a dimension of size 1. */
    public Tensor unsqueeze(int dimension) {
        return Native.call("unsqueeze", () -> handle.unsqueeze(dimension), this);
    }

    /** Removes a dimension of size 1. */
    public Tensor squeeze(int dimension) {
        return Native.call("squeeze", () -> handle.squeeze(dimension), this);
    }

    /** Repeats dimensions of size 1 without copying. */
    public Tensor expand(long... shape) {
        return Native.call("expand", () -> handle.expand(shape), this);
    }

    /** Returns this tensor row-major in memory, copying only if it must. */
    public Tensor contiguous() {
        return Native.call("contiguous", handle::contiguous, this);
    }

    /** Returns a range of one dimension, without copying. */
    public Tensor narrow(int dimension, long start, long length) {
        return Native.call("narrow", () -> handle.narrow(dimension, start, length), this);
    }

    /** Returns one index of one dimension, which disappears; without copying. */
    public Tensor select(int dimension, long index) {
        return Native.call("select", () -> handle.select(dimension, index), this);
    }

    /** Returns every index of one dimension, in one node of the graph. */
    public List<Tensor> unbind(int dimension) {
        return list("unbind", () -> handle.unbind(dimension));
    }

    /** Cuts one dimension into pieces of the given size, in one node of the graph. */
    public List<Tensor> split(long size, int dimension) {
        return list("split", () -> handle.split(size, dimension));
    }

    /** Cuts one dimension into pieces of the given sizes, in one node of the graph. */
    public List<Tensor> split(long[] sizes, int dimension) {
        return list("split", () -> handle.split_with_sizes(sizes, dimension));
    }

    private List<Tensor> list(String operation, java.util.function.Supplier<TensorVector> body) {
        try {
            TensorVector vector = body.get();
            List<Tensor> tensors = new ArrayList<>((int) vector.size());
            for (org.bytedeco.pytorch.Tensor tensor : vector.get()) {
                tensors.add(new Tensor(tensor));
            }
            return tensors;
        } catch (RuntimeException e) {
            throw Native.translate(operation, e, this);
        }
    }

    // ---- type and place

    /** Converts the element type; the same tensor if it has it. */
    public Tensor to(DType type) {
        return type == dtype()
                ? this
                : Native.call("to", () -> handle.to(type.toNative(), false, false, new MemoryFormatOptional()), this);
    }

    /** Moves to a device; the same tensor if it is there. */
    public Tensor to(Device target) {
        return target.equals(device())
                ? this
                : Native.call(
                        "to",
                        () -> handle.to(
                                new ScalarTypeOptional(),
                                new LayoutOptional(),
                                new DeviceOptional(target.toNative()),
                                new BoolOptional(),
                                false,
                                false,
                                new MemoryFormatOptional()),
                        this);
    }

    /** Returns a copy with memory of its own. */
    public Tensor copy() {
        return Native.call("copy", handle::clone, this);
    }

    // ---- arithmetic

    /** Adds. */
    public Tensor add(Tensor other) {
        return Native.call("add", () -> handle.add(other.handle), this, other);
    }

    /** Adds a constant. */
    public Tensor add(double value) {
        return Native.call("add", () -> handle.add(new Scalar(value)), this);
    }

    /** Subtracts. */
    public Tensor sub(Tensor other) {
        return Native.call("sub", () -> handle.sub(other.handle), this, other);
    }

    /** Multiplies element by element. */
    public Tensor mul(Tensor other) {
        return Native.call("mul", () -> handle.mul(other.handle), this, other);
    }

    /** Multiplies by a constant. */
    public Tensor mul(double value) {
        return Native.call("mul", () -> handle.mul(new Scalar(value)), this);
    }

    /** Divides element by element. */
    public Tensor div(Tensor other) {
        return Native.call("div", () -> handle.div(other.handle), this, other);
    }

    /** Divides by a constant. */
    public Tensor div(double value) {
        return Native.call("div", () -> handle.div(new Scalar(value)), this);
    }

    /** Multiplies matrices, batched over leading dimensions. */
    public Tensor matmul(Tensor other) {
        return Native.call("matmul", () -> handle.matmul(other.handle), this, other);
    }

    /** Returns negated values. */
    public Tensor neg() {
        return Native.call("neg", handle::neg, this);
    }

    /** Returns e to the power of the values. */
    public Tensor exp() {
        return Native.call("exp", handle::exp, this);
    }

    /** Returns {@code 1 / (1 + e^-x)}. */
    public Tensor sigmoid() {
        return Native.call("sigmoid", handle::sigmoid, this);
    }

    /** Returns natural logarithms. */
    public Tensor log() {
        return Native.call("log", handle::log, this);
    }

    /** Returns square roots. */
    public Tensor sqrt() {
        return Native.call("sqrt", handle::sqrt, this);
    }

    /** Returns squares. */
    public Tensor square() {
        return Native.call("square", handle::square, this);
    }

    /** Returns absolute values. */
    public Tensor abs() {
        return Native.call("abs", handle::abs, this);
    }

    /** Returns cosines of angles in radians. */
    public Tensor cos() {
        return Native.call("cos", handle::cos, this);
    }

    /** Returns sines of angles in radians. */
    public Tensor sin() {
        return Native.call("sin", handle::sin, this);
    }

    // ---- reductions

    /** Returns the sum of all values. */
    public Tensor sum() {
        return Native.call("sum", handle::sum, this);
    }

    /** Sums over one dimension, which disappears. */
    public Tensor sum(int dimension) {
        return Native.call("sum", () -> handle.sum(new long[] {dimension}, false, new ScalarTypeOptional()), this);
    }

    /** Returns the mean of all values. */
    public Tensor mean() {
        return Native.call("mean", handle::mean, this);
    }

    /** Averages over one dimension, which disappears. */
    public Tensor mean(int dimension) {
        return Native.call("mean", () -> handle.mean(new long[] {dimension}, false, new ScalarTypeOptional()), this);
    }

    /** Returns the largest value. */
    public Tensor max() {
        return Native.call("max", () -> handle.max(), this);
    }

    /** Returns the index of the largest value along a dimension, which disappears. */
    public Tensor argmax(int dimension) {
        return Native.call("argmax", () -> handle.argmax(new LongOptional(dimension), false), this);
    }

    /** Returns whether every value is finite. */
    public boolean allFinite() {
        try (Scope _ = Scope.open()) {
            return handle.isfinite().all().item_bool();
        }
    }

    /** Returns the K largest values along the last dimension, largest first, with their indices. */
    public TopK topK(int k) {
        try {
            T_TensorTensor_T pair = handle.topk(k, -1, true, true);
            return new TopK(new Tensor(pair.get0()), new Tensor(pair.get1()));
        } catch (RuntimeException e) {
            throw Native.translate("topK", e, this);
        }
    }

    /**
     * The largest values and where they were.
     *
     * @param values shape (..., K)
     * @param indices int64, shape (..., K)
     */
    public record TopK(Tensor values, Tensor indices) {}

    // ---- indexing

    /** Returns the rows (or slices) that the int64 indices name. */
    public Tensor indexSelect(int dimension, Tensor indices) {
        return Native.call("indexSelect", () -> handle.index_select(dimension, indices.handle), this, indices);
    }

    /** Picks along a dimension: out[i][j] = this[i][indices[i][j]] for dimension 1. */
    public Tensor gather(int dimension, Tensor indices) {
        return Native.call("gather", () -> handle.gather(dimension, indices.handle), this, indices);
    }

    /** Returns this with slices of the source added at the int64 indices; repeated indices accumulate in order. */
    public Tensor indexAdd(int dimension, Tensor indices, Tensor source) {
        return Native.call(
                "indexAdd", () -> handle.index_add(dimension, indices.handle, source.handle), this, indices, source);
    }

    /** Returns this with values added: for dimension 1, out[i][indices[i][j]] += source[i][j]. */
    public Tensor scatterAdd(int dimension, Tensor indices, Tensor source) {
        return Native.call(
                "scatterAdd",
                () -> handle.scatter_add(dimension, indices.handle, source.handle),
                this,
                indices,
                source);
    }

    /** Returns this with a constant where the boolean mask is true. */
    public Tensor maskedFill(Tensor mask, double value) {
        return Native.call("maskedFill", () -> handle.masked_fill(mask.handle, new Scalar(value)), this, mask);
    }

    /** Returns how the values sort ascending along the last dimension; equal values keep their order. */
    public Tensor argsortStable() {
        return Native.call("argsortStable", () -> handle.argsort(true, -1, false), this);
    }

    /** Counts each value of a 1-D integer tensor below {@code bins}. */
    public Tensor bincount(long bins) {
        return Native.call("bincount", () -> handle.bincount(new org.bytedeco.pytorch.TensorOptional(), bins), this);
    }

    /** Compares with a constant. */
    public Tensor eq(double value) {
        return Native.call("eq", () -> handle.eq(new Scalar(value)), this);
    }

    /** Compares element by element. */
    public Tensor eq(Tensor other) {
        return Native.call("eq", () -> handle.eq(other.handle), this, other);
    }

    /** Returns the lower triangle of the last two dimensions, up to the given diagonal. */
    public Tensor tril(long diagonal) {
        return Native.call("tril", () -> handle.tril(diagonal), this);
    }

    /** Returns the logical opposite. */
    public Tensor not() {
        return Native.call("not", handle::logical_not, this);
    }

    /** Returns the logical conjunction. */
    public Tensor and(Tensor other) {
        return Native.call("and", () -> handle.logical_and(other.handle), this, other);
    }

    /** Returns the logical disjunction. */
    public Tensor or(Tensor other) {
        return Native.call("or", () -> handle.logical_or(other.handle), this, other);
    }

    // ---- in place, on tensors that no graph needs

    /** Overwrites the values. */
    public Tensor copyInPlace(Tensor source) {
        return Native.call("copyInPlace", () -> handle.copy_(source.handle), this, source);
    }

    /** Sets every value. */
    public Tensor fillInPlace(double value) {
        return Native.call("fillInPlace", () -> handle.fill_(new Scalar(value)), this);
    }

    /** Adds {@code other * scale}. */
    public Tensor addInPlace(Tensor other, double scale) {
        return Native.call("addInPlace", () -> handle.add_(other.handle, new Scalar(scale)), this, other);
    }

    /** Multiplies by a constant. */
    public Tensor mulInPlace(double value) {
        return Native.call("mulInPlace", () -> handle.mul_(new Scalar(value)), this);
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape()) + " " + dtype();
    }
}
