package dev.mojave.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element types that Mojave stores or computes with. */
public enum DType {
    FLOAT64(ScalarType.Double, 8),
    FLOAT32(ScalarType.Float, 4),
    BFLOAT16(ScalarType.BFloat16, 2),
    FLOAT16(ScalarType.Half, 2),
    INT64(ScalarType.Long, 8),
    INT32(ScalarType.Int, 4),
    INT16(ScalarType.Short, 2),
    INT8(ScalarType.Char, 1),
    UINT8(ScalarType.Byte, 1),
    BOOL(ScalarType.Bool, 1);

    private final ScalarType nativeType;
    private final int bytes;

    DType(ScalarType nativeType, int bytes) {
        this.nativeType = nativeType;
        this.bytes = bytes;
    }

    /** Returns the size of one element. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether this is a floating-point type. */
    public boolean isFloat() {
        return this == FLOAT64 || this == FLOAT32 || this == BFLOAT16 || this == FLOAT16;
    }

    ScalarType toNative() {
        return nativeType;
    }

    static DType of(ScalarType type) {
        for (DType candidate : values()) {
            if (candidate.nativeType.value == type.value) {
                return candidate;
            }
        }
        throw new TensorException("element type " + type + " is not one that Mojave handles", null);
    }
}
