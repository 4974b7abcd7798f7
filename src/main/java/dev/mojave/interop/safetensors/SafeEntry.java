package dev.mojave.interop.safetensors;

import dev.mojave.base.Check;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One tensor of a safetensors file: little-endian, row-major.
 *
 * @param name its key
 * @param type element type
 * @param shape sizes, empty for a scalar
 * @param data exactly the product of the shape times the element size in bytes; of a file that is open, a read-only view that
 *     lives as long as the file is open and need not be aligned
 */
// The array is copied on the way in and out, so the record stays immutable.
@SuppressWarnings("ArrayRecordComponent")
public record SafeEntry(String name, SafeType type, long[] shape, MemorySegment data) {
    /** Checks that the data is as long as the shape says. */
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
