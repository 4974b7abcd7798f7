package dev.mojave.generate;

import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.PackedMatrix;
import dev.mojave.tensor.kernels.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model's weights by name, packed or in place, and buffers; all that a decoder owns natively is freed here. */
final class DecoderMemory implements AutoCloseable {
    private final Map<String, Tensor> parameters = new HashMap<>();
    private final WeightFormat format;
    private final List<AutoCloseable> owned = new ArrayList<>();

    DecoderMemory(LanguageModel model, WeightFormat format) {
        this.format = format;
        for (Parameter parameter : model.parameters()) {
            parameters.put(parameter.name(), parameter.value());
        }
    }

    boolean has(String name) {
        return parameters.containsKey(name);
    }

    private Tensor tensor(String name) {
        Tensor tensor = parameters.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the model has no parameter " + name);
        }
        return tensor;
    }

    /** Returns a parameter's memory. */
    MemorySegment vector(String name) {
        return tensor(name).segment();
    }

    /** Returns a parameter's memory, if the model has it. */
    Optional<MemorySegment> optional(String name) {
        return has(name) ? Optional.of(vector(name)) : Optional.empty();
    }

    /** Packs a matrix in the decoder's format. */
    PackedMatrix matrix(String name) {
        return pack(tensor(name), format);
    }

    /** Returns a matrix as it is, for what is small and decides much. */
    PackedMatrix exact(String name) {
        return pack(tensor(name), WeightFormat.FP32);
    }

    /** Packs each matrix of a stack. */
    List<PackedMatrix> matrices(String name) {
        List<PackedMatrix> matrices = new ArrayList<>();
        Tensor stack = tensor(name);
        try (Scope _ = Scope.open()) {
            for (long i = 0; i < stack.size(0); i++) {
                matrices.add(pack(stack.detach().select(0, i), format));
            }
        }
        return matrices;
    }

    /** Returns the rows of a stack of vectors, if the model has it. */
    Optional<List<MemorySegment>> vectors(String name) {
        return optional(name).map(memory -> {
            long count = tensor(name).size(0);
            long bytes = memory.byteSize() / count;
            List<MemorySegment> rows = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                rows.add(memory.asSlice(i * bytes, bytes));
            }
            return rows;
        });
    }

    private PackedMatrix pack(Tensor matrix, WeightFormat as) {
        PackedMatrix packed = PackedMatrix.of(matrix, as);
        owned.add(packed);
        return packed;
    }

    /** Returns zeros: room for so many float32 values, padded to whole tiles. */
    MemorySegment buffer(int values) {
        int padded = (values + PackedMatrix.TILE - 1) / PackedMatrix.TILE * PackedMatrix.TILE;
        try (Scope _ = Scope.open()) {
            Tensor tensor = Tensors.zeros(DType.FLOAT32, padded).retain();
            owned.add(tensor);
            return tensor.segment();
        }
    }

    /** Frees something with the rest. */
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
