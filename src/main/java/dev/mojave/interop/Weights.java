package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafeType;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Device;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Converts tensors to and from safetensors entries. */
public final class Weights {
    private Weights() {}

    /**
     * Returns entries that are views of the tensors' memory, or of a copy if a tensor is not contiguous or not on the CPU; valid
     * until the tensors or the open {@link Scope} close.
     */
    public static List<SafeEntry> entries(Map<String, Tensor> tensors) {
        List<SafeEntry> entries = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            Tensor plain = tensor.detach().to(Device.CPU).contiguous();
            entries.add(new SafeEntry(name, type(plain.dtype()), plain.shape(), plain.segment()));
        });
        return entries;
    }

    /**
     * Copies a file's tensors into existing ones of the same names, converting element types. Copies nothing unless all names and
     * shapes match.
     *
     * @throws Failure of kind DATA that names a tensor that is missing, unexpected or of another shape
     */
    public static void load(SafetensorsFile file, Map<String, Tensor> into) {
        for (Map.Entry<String, Tensor> target : into.entrySet()) {
            SafeEntry entry = file.entry(target.getKey());
            if (!Arrays.equals(entry.shape(), target.getValue().shape())) {
                throw Failure.data(
                        "%s: tensor '%s' has shape %s, but the model needs %s; the file belongs to another model",
                        file.file(),
                        entry.name(),
                        Arrays.toString(entry.shape()),
                        Arrays.toString(target.getValue().shape()));
            }
        }
        for (SafeEntry entry : file.entries()) {
            if (!into.containsKey(entry.name())) {
                throw Failure.data(
                        "%s: the model has no tensor '%s'%s; the file belongs to another model",
                        file.file(), entry.name(), nearest(entry.name(), into));
            }
        }
        try (NoGrad _ = NoGrad.open()) {
            for (Map.Entry<String, Tensor> target : into.entrySet()) {
                try (Scope _ = Scope.open()) {
                    target.getValue().copyInPlace(StoredTensors.tensor(file.entry(target.getKey())));
                }
            }
        }
    }

    private static String nearest(String name, Map<String, Tensor> known) {
        return Suggest.nearest(name, known.keySet())
                .map(near -> " (nearest: '" + near + "')")
                .orElse("");
    }

    private static SafeType type(DType type) {
        return switch (type) {
            case FLOAT64 -> SafeType.F64;
            case FLOAT32 -> SafeType.F32;
            case BFLOAT16 -> SafeType.BF16;
            case FLOAT16 -> SafeType.F16;
            case INT64 -> SafeType.I64;
            case INT32 -> SafeType.I32;
            case INT16 -> SafeType.I16;
            case INT8 -> SafeType.I8;
            case UINT8 -> SafeType.U8;
            case BOOL -> SafeType.BOOL;
        };
    }
}
