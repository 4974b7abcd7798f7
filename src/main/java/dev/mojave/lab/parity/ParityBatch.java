package dev.mojave.lab.parity;

import dev.mojave.base.Failure;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.Inputs;
import dev.mojave.model.ModelSpec;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

// Shapes: B batch, T tokens.
/** One batch of io.safetensors: the model's inputs, and a mask of the positions to compare. */
final class ParityBatch {
    /** Names of the inputs, which are not compared. */
    static final List<String> INPUTS = List.of("ids", "labels", "mask", "padded_ids", "padded_labels", "padded_mask");

    private static final long IGNORED = -100;

    private final Inputs inputs;
    private final Optional<Tensor> realBT;

    private ParityBatch(Inputs inputs, Optional<Tensor> realBT) {
        this.inputs = inputs;
        this.realBT = realBT;
    }

    static ParityBatch read(StoredTensors io, ModelSpec spec, String prefix) {
        Tensor idsBT = whole(io, prefix + "ids");
        requireIds(io, prefix + "ids", idsBT, spec);
        boolean masked = !prefix.isEmpty() || io.names().contains("mask");
        Optional<Tensor> realBT =
                masked ? Optional.of(like(io, prefix + "mask", idsBT).eq(0).not()) : Optional.empty();
        realBT.ifPresent(real -> requirePaddingBehind(io, prefix + "mask", real));
        Tensor labelsBT = io.names().contains(prefix + "labels") ? like(io, prefix + "labels", idsBT) : idsBT;
        if (realBT.isPresent() && !io.names().contains(prefix + "labels")) {
            Tensor real = realBT.get().to(DType.INT64);
            labelsBT = labelsBT.add(100.0).mul(real).add(-100.0); // -100 at padding
        }
        Inputs inputs = Inputs.of(idsBT, Parity.shifted(labelsBT).to(DType.INT64));
        return new ParityBatch(realBT.isPresent() ? inputs.withPadding(realBT.get()) : inputs, realBT);
    }

    private static Tensor whole(StoredTensors io, String name) {
        if (!io.names().contains(name)) {
            throw Failure.data(
                    "%s has no tensor '%s'; it must contain the input tokens, int64 (B, T)", io.source(), name);
        }
        if (io.dtype(name).isFloat()) {
            throw Failure.data("%s: %s is %s; expected an integer type", io.source(), name, io.dtype(name));
        }
        return io.tensor(name).to(DType.INT64);
    }

    private static Tensor like(StoredTensors io, String name, Tensor idsBT) {
        Tensor tensor = whole(io, name);
        if (!Arrays.equals(tensor.shape(), idsBT.shape())) {
            throw Failure.data(
                    "%s: %s has the shape %s, but the tokens have %s",
                    io.source(), name, Arrays.toString(tensor.shape()), Arrays.toString(idsBT.shape()));
        }
        return tensor;
    }

    private static void requireIds(StoredTensors io, String name, Tensor idsBT, ModelSpec spec) {
        long[] shape = idsBT.shape();
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[1] > spec.maxPositionEmbeddings()) {
            throw Failure.data(
                    "%s: %s has the shape %s; expected (B, T) with T from 1 to max_position_embeddings (%d)",
                    io.source(), name, Arrays.toString(shape), spec.maxPositionEmbeddings());
        }
        for (long id : idsBT.toLongs()) {
            if (id < 0 || id >= spec.vocabSize()) {
                throw Failure.data(
                        "%s: %s contains %d, which is outside the vocabulary of %d tokens",
                        io.source(), name, id, spec.vocabSize());
            }
        }
    }

    private static void requirePaddingBehind(StoredTensors io, String name, Tensor realBT) {
        long tokens = realBT.size(1);
        long[] real = realBT.toLongs();
        boolean behind =
                IntStream.range(1, real.length).noneMatch(i -> i % tokens != 0 && real[i] != 0 && real[i - 1] == 0);
        if (!behind) {
            throw Failure.data("%s: %s has padding before real tokens; Mojave pads on the right", io.source(), name);
        }
    }

    Inputs inputs() {
        return inputs;
    }

    /** Returns whether any label counts; without one the losses would be means over nothing. */
    boolean predicts() {
        for (long target : inputs.targetsBS().orElseThrow().toLongs()) {
            if (target != IGNORED) {
                return true;
            }
        }
        return false;
    }

    /** Zeroes the outputs (B, T, D) at padding. */
    Tensor real(Tensor xBTD) {
        return realBT.map(real -> xBTD.mul(real.unsqueeze(2).to(DType.FLOAT32))).orElse(xBTD);
    }

    /** Zeroes a reference of that shape at padding; returns any other tensor unchanged. */
    Tensor realLike(Tensor x) {
        return x.shape().length == 3
                        && realBT.isPresent()
                        && x.size(1) == realBT.get().size(1)
                ? real(x)
                : x;
    }

    /** Selects the rows of real tokens from (B * T, E) if the model's output has no others. */
    Tensor realRows(Tensor xTE, Tensor actualTE) {
        if (realBT.isEmpty() || xTE.size(0) == actualTE.size(0)) {
            return xTE;
        }
        long[] real = realBT.get().toLongs();
        long[] rows = IntStream.range(0, real.length)
                .filter(i -> real[i] != 0)
                .asLongStream()
                .toArray();
        return xTE.size(0) == real.length ? xTE.indexSelect(0, Tensors.of(rows, rows.length)) : xTE;
    }
}
