package dev.mojave.tensor;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;

/**
 * An n-dimensional array with automatic differentiation, backed by libtorch.
 *
 * <p>Methods return new tensors unless they end in {@code InPlace}; shapes broadcast as in PyTorch; negative dimensions count
 * from the end. A tensor belongs to the {@link Scope} in which it was made.
 */
public final class Tensor extends NativeArray {
    Tensor(org.bytedeco.pytorch.Tensor handle) {
        super(handle);
    }

    /** Transfers this tensor to an owner outside any scope, who must call {@link #close()}. */
    public Tensor retain() {
        handle.retainReference();
        return this;
    }

    // ---- values

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

    // ---- differentiation

    /** Returns whether this tensor requires a gradient. */
    public boolean requiresGrad() {
        return handle.requires_grad();
    }

    /** Sets whether this leaf tensor requires a gradient. */
    public Tensor requireGrad(boolean wanted) {
        handle.set_requires_grad(wanted);
        return this;
    }

    /** Returns the accumulated gradient, if backward has reached this leaf. */
    public Optional<Tensor> grad() {
        org.bytedeco.pytorch.Tensor gradient = handle.grad();
        return gradient.defined() ? Optional.of(Native.own(gradient)) : Optional.empty();
    }

    /** Discards the gradient, so that the next backward pass writes a new one. */
    public void clearGrad() {
        handle.mutable_grad().reset();
    }

    /** Returns the gradient of this leaf; sets it to zeros first if no backward pass has reached the leaf. */
    public Tensor gradOrZeros() {
        return grad().orElseGet(() -> {
            Tensor zeros = Tensors.zeros(dtype(), shape());
            handle.mutable_grad().put(zeros.handle);
            return zeros;
        });
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

    /** Returns the same values, detached from the graph. */
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
        return Native.list("unbind", () -> handle.unbind(dimension), this);
    }

    /** Cuts one dimension into pieces of the given size, in one node of the graph. */
    public List<Tensor> split(long size, int dimension) {
        return Native.list("split", () -> handle.split(size, dimension), this);
    }

    /** Cuts one dimension into pieces of the given sizes, in one node of the graph. */
    public List<Tensor> split(long[] sizes, int dimension) {
        return Native.list("split", () -> handle.split_with_sizes(sizes, dimension), this);
    }

    // ---- type and device

    /** Converts to an element type; returns this tensor if it already has it. */
    public Tensor to(DType type) {
        return type == dtype()
                ? this
                : Native.call("to", () -> handle.to(type.toNative(), false, false, new MemoryFormatOptional()), this);
    }

    /** Moves to a device; returns this tensor if it is already there. */
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

    /** Returns the K largest values along the last dimension, largest first, with their indices. */
    public TopK topK(int k) {
        try {
            T_TensorTensor_T pair = handle.topk(k, -1, true, true);
            return new TopK(Native.own(pair.get0()), Native.own(pair.get1()));
        } catch (RuntimeException e) {
            throw Native.translate("topK", e, this);
        }
    }

    /**
     * The largest values and their indices.
     *
     * @param values shape (..., K)
     * @param indices int64, shape (..., K)
     */
    public record TopK(Tensor values, Tensor indices) {}

    // ---- indexing

    /** Returns the rows (or slices) at the int64 indices. */
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
        Native.run("copyInPlace", () -> handle.copy_(source.handle), this, source);
        return this;
    }

    /** Adds {@code other * scale}. */
    public Tensor addInPlace(Tensor other, double scale) {
        Native.run("addInPlace", () -> handle.add_(other.handle, new Scalar(scale)), this, other);
        return this;
    }

    /** Multiplies by a constant. */
    public Tensor mulInPlace(double value) {
        Native.run("mulInPlace", () -> handle.mul_(new Scalar(value)), this);
        return this;
    }
}
