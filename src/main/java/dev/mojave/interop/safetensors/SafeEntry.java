package dev.mojave.interop.safetensors;

import dev.mojave.base.Check;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One tensor of a safetensors file: little-endian, row-major.
 *
 * @param name name of the tensor in the header
 * @param type element type
 * @param shape sizes of the dimensions; empty for a scalar
 * @param data the elements, exactly as many bytes as the shape and type require; for an open file, a read-only view that is valid
 *     while the file is open and may be unaligned
 */
// The array is copied in the constructor and the accessor, so the record is immutable.
@SuppressWarnings("ArrayRecordComponent")
public record SafeEntry(String name, SafeType type, long[] shape, MemorySegment data) {
    /** Checks that the data has the size that the shape requires. */
    public SafeEntry {
        long elements = 1;
        for (long size : shape) {
            Check.that(size >= 0, "%s: negative size in shape %s", name, Arrays.toString(shape));
            elements = Math.multiplyExact(elements, size);
        }
        Check.that(
                data.byteSize() == Math.multiplyExact(elements, (long) type.bytes()),
                "%s: %s %s needs %d bytes, not %d",
                name,
                type,
                Arrays.toString(shape),
                elements * type.bytes(),
                data.byteSize());
        shape = shape.clone();
    }

    /** Returns a copy of the sizes. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafeEntry entry
                && name.equals(entry.name)
                && type == entry.type
                && Arrays.equals(shape, entry.shape)
                && data.mismatch(entry.data) < 0;
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + " " + type + " " + Arrays.toString(shape);
    }
}
