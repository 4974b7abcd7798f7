package dev.mojave.interop.safetensors;

import java.util.Arrays;
import java.util.Optional;

/** The element types of safetensors files that Mojave reads and writes; the names of the constants are those in the file. */
public enum SafeType {
    /** IEEE double. */
    F64(8),
    /** Signed 64-bit integer. */
    I64(8),
    /** IEEE single. */
    F32(4),
    /** Signed 32-bit integer. */
    I32(4),
    /** bfloat16: the upper half of an IEEE single. */
    BF16(2),
    /** IEEE half. */
    F16(2),
    /** Signed 16-bit integer. */
    I16(2),
    /** Signed byte. */
    I8(1),
    /** Unsigned byte. */
    U8(1),
    /** One byte, 0 or 1. */
    BOOL(1);

    private final int bytes;

    SafeType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    static Optional<SafeType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
