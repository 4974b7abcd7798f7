package dev.mojave.interop.safetensors;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Named tensors that are read one at a time, from a file or from memory. */
public interface StoredTensors {
    /** Returns the name of the source in messages, usually a file name. */
    String source();

    /** Returns all names. */
    Set<String> names();

    /** Returns the shape of the tensor with this name, without reading it. */
    long[] shape(String name);

    /** Returns the element type of the tensor with this name, without reading it. */
    DType dtype(String name);

    /** Reads the tensor with this name. */
    Tensor tensor(String name);

    /** Returns the tensors of an open file; each read copies the tensor. */
    static StoredTensors of(SafetensorsFile file) {
        return new OfFile(file, file.entries().stream().map(SafeEntry::name).collect(Collectors.toUnmodifiableSet()));
    }

    /** Returns tensors in memory. */
    static StoredTensors of(String source, Map<String, Tensor> tensors) {
        return new OfMap(source, tensors);
    }

    /** Copies one entry of a safetensors file into a tensor of the same element type. */
    static Tensor tensor(SafeEntry entry) {
        return Tensors.copy(entry.data(), dtype(entry.type()), entry.shape());
    }

    private static DType dtype(SafeType type) {
        return switch (type) {
            case F64 -> DType.FLOAT64;
            case F32 -> DType.FLOAT32;
            case F16 -> DType.FLOAT16;
            case BF16 -> DType.BFLOAT16;
            case I64 -> DType.INT64;
            case I32 -> DType.INT32;
            case I16 -> DType.INT16;
            case I8 -> DType.INT8;
            case U8 -> DType.UINT8;
            case BOOL -> DType.BOOL;
        };
    }

    /** The tensors of a file. */
    record OfFile(SafetensorsFile file, Set<String> names) implements StoredTensors {
        @Override
        public String source() {
            return file.file().toString();
        }

        @Override
        public long[] shape(String name) {
            return file.entry(name).shape();
        }

        @Override
        public DType dtype(String name) {
            return StoredTensors.dtype(file.entry(name).type());
        }

        @Override
        public Tensor tensor(String name) {
            return StoredTensors.tensor(file.entry(name));
        }
    }

    /** Tensors in memory. */
    record OfMap(String source, Map<String, Tensor> tensors) implements StoredTensors {
        @Override
        public Set<String> names() {
            return tensors.keySet();
        }

        @Override
        public long[] shape(String name) {
            return tensor(name).shape();
        }

        @Override
        public DType dtype(String name) {
            return tensor(name).dtype();
        }

        @Override
        public Tensor tensor(String name) {
            Tensor tensor = tensors.get(name);
            if (tensor == null) {
                throw Failure.data("%s has no tensor '%s'%s", source, name, Suggest.didYouMean(name, tensors.keySet()));
            }
            return tensor;
        }
    }
}
