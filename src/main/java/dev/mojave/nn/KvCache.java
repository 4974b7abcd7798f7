package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values of the tokens that a model has already read, so that the next token costs the work of one token.
 *
 * <p>Float32 buffers (B, K, T, C) per layer, allocated once for the whole context. A layer may hide some of its keys from later
 * queries: {@link #mark}.
 */
public final class KvCache implements AutoCloseable {
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final List<Tensor> marks = new ArrayList<>();
    private final int capacity;
    private int length;

    /** The number of key-value heads that one layer stores per token, and the channels per head. */
    public record Layer(int keyValueHeads, int headSize) {}

    /** Allocates buffers for {@code capacity} tokens of each of {@code batch} sequences. */
    public KvCache(List<Layer> layers, int batch, int capacity) {
        this.capacity = capacity;
        try (Scope _ = Scope.open()) {
            for (Layer layer : layers) {
                long[] shape = {batch, layer.keyValueHeads, capacity, layer.headSize};
                keys.add(Tensors.zeros(DType.FLOAT32, shape).retain());
                values.add(Tensors.zeros(DType.FLOAT32, shape).retain());
                marks.add(Tensors.zeros(DType.BOOL, batch, capacity).retain());
            }
        }
    }

    /** Returns the number of tokens read so far. */
    public int length() {
        return length;
    }

    /** Returns the maximum number of tokens. */
    public int capacity() {
        return capacity;
    }

    /** Adds {@code tokens} to the length, once every layer has stored them. */
    public void advance(int tokens) {
        length += tokens;
    }

    /** Sets the length to 0. */
    public void clear() {
        length = 0;
    }

    /**
     * Appends a layer's new keys and values to the earlier ones and returns all of them.
     *
     * @param keyBKSC new keys (B, K, S, C)
     * @param valueBKSC new values (B, K, S, C)
     * @throws IllegalArgumentException if they do not fit
     */
    KeysValues append(int layer, Tensor keyBKSC, Tensor valueBKSC) {
        long added = keyBKSC.size(2);
        Check.that(length + added <= capacity, "%d tokens do not fit a context of %d", length + added, capacity);
        try (NoGrad _ = NoGrad.open()) {
            Tensor key = keys.get(layer);
            Tensor value = values.get(layer);
            key.narrow(2, length, added).copyInPlace(keyBKSC);
            value.narrow(2, length, added).copyInPlace(valueBKSC);
            return new KeysValues(key.narrow(2, 0, length + added), value.narrow(2, 0, length + added));
        }
    }

    /**
     * Records for which of the new tokens a layer has keys and values, and returns the record for all tokens so far, boolean (B,
     * T).
     *
     * @param markedBS boolean (B, S), true = the layer has a key and a value
     */
    public Tensor mark(int layer, Tensor markedBS) {
        try (NoGrad _ = NoGrad.open()) {
            Tensor all = marks.get(layer);
            all.narrow(1, length, markedBS.size(1)).copyInPlace(markedBS);
            return all.narrow(1, 0, length + markedBS.size(1));
        }
    }

    /**
     * Returns a layer's whole buffers, (B, K, capacity, C) each, for code that writes and reads them itself and calls
     * {@link #advance}.
     */
    public KeysValues buffers(int layer) {
        return new KeysValues(keys.get(layer), values.get(layer));
    }

    /** Keys and values, (B, K, T, C) each. */
    public record KeysValues(Tensor keys, Tensor values) {}

    @Override
    public void close() {
        keys.forEach(Tensor::close);
        values.forEach(Tensor::close);
        marks.forEach(Tensor::close);
    }
}
