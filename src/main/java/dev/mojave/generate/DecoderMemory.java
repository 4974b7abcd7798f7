package dev.mojave.generate;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.PackedMatrix;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Packs weights, or uses them in place, allocates buffers, and frees all native memory of a decoder. */
final class DecoderMemory implements AutoCloseable {
    private final WeightFormat format;
    private final List<AutoCloseable> owned = new ArrayList<>();

    DecoderMemory(WeightFormat format) {
        this.format = format;
    }

    /** Packs a matrix in the decoder's format. */
    PackedMatrix matrix(Tensor matrix) {
        return pack(matrix, format);
    }

    /** Packs a matrix in float32, for small matrices whose precision matters, such as those of routers. */
    PackedMatrix exact(Tensor matrix) {
        return pack(matrix, WeightFormat.FP32);
    }

    /** Packs each matrix of a stack in the decoder's format. */
    List<PackedMatrix> matrices(Tensor stack) {
        List<PackedMatrix> matrices = new ArrayList<>();
        try (Scope _ = Scope.open()) {
            for (long i = 0; i < stack.size(0); i++) {
                matrices.add(pack(stack.detach().select(0, i), format));
            }
        }
        return matrices;
    }

    /** Returns the memory of each row of a stack of vectors, not copied. */
    static List<MemorySegment> rows(Tensor stack) {
        MemorySegment memory = stack.segment();
        long bytes = memory.byteSize() / stack.size(0);
        List<MemorySegment> rows = new ArrayList<>();
        for (long i = 0; i < stack.size(0); i++) {
            rows.add(memory.asSlice(i * bytes, bytes));
        }
        return rows;
    }

    private PackedMatrix pack(Tensor matrix, WeightFormat as) {
        PackedMatrix packed = PackedMatrix.of(matrix, as);
        owned.add(packed);
        return packed;
    }

    /** Allocates a zeroed buffer of {@code values} float32 values, padded to whole tiles. */
    MemorySegment buffer(int values) {
        int padded = (values + PackedMatrix.TILE - 1) / PackedMatrix.TILE * PackedMatrix.TILE;
        try (Scope _ = Scope.open()) {
            Tensor tensor = Tensors.zeros(DType.FLOAT32, padded).retain();
            owned.add(tensor);
            return tensor.segment();
        }
    }

    /** Frees {@code resource} together with the rest. */
    void own(AutoCloseable resource) {
        owned.add(resource);
    }

    @Override
    public void close() {
        for (AutoCloseable resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("freeing memory cannot fail", e);
            }
        }
        owned.clear();
    }
}
