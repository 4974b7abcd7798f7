package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;
import static dev.mojave.tensor.kernels.vector.VectorMath.whole;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Threefry-2x32 with 13 rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011), the fewest that pass
 * every test of BigCrush: random bits as a function of a key and a counter, computed by additions, rotations and exclusive ors. The counter
 * is the column and the row of an element, and its random number is the first of the two results: the same for every vector width.
 */
public final class VectorThreefry {
    private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    private static final IntVector IOTA = IntVector.zero(INTS).addIndex(1);
    private static final int PARITY = 0x1BD11BDA;
    /** Keeps the upper 24 bits, which are the most random. */
    private static final int SHIFT = 8;

    private VectorThreefry() {}

    /**
     * Drops elements of the row with index {@code row}: {@code columns} elements, starting at {@code at}.
     *
     * @param key 64 random bits
     * @param threshold an element is zeroed if its 24 random bits are below this
     * @param scale factor of the other elements
     */
    public static void drop(MemorySegment x, long at, int columns, long row, long key, int threshold, float scale) {
        int low = (int) key;
        int high = (int) (key >>> Integer.SIZE) ^ (int) (row >>> Integer.SIZE);
        int i = 0;
        for (; i < whole(columns); i += LANES) {
            VectorMask<Float> kept = kept(i, (int) row, low, high, threshold);
            store(FloatVector.zero(FLOATS).blend(load(x, at + i).mul(scale), kept), x, at + i);
        }
        if (i < columns) {
            VectorMask<Float> mask = tail(i, columns);
            VectorMask<Float> kept = kept(i, (int) row, low, high, threshold);
            store(FloatVector.zero(FLOATS).blend(load(x, at + i, mask).mul(scale), kept), x, at + i, mask);
        }
    }

    private static VectorMask<Float> kept(int column, int row, int low, int high, int threshold) {
        IntVector bits = bits(IOTA.add(column), IntVector.broadcast(INTS, row), low, high);
        return bits.lanewise(VectorOperators.LSHR, SHIFT)
                .compare(VectorOperators.GE, threshold)
                .cast(FLOATS);
    }

    /**
     * Returns the first result of Threefry-2x32-13 for the counter (column, row) and the key (low, high). The rounds are unrolled, because
     * two vectors that alternate stay in registers only as local variables: a method cannot return both.
     */
    public static IntVector bits(IntVector column, IntVector row, int low, int high) {
        int parity = PARITY ^ low ^ high;
        IntVector a = column.add(low);
        IntVector b = row.add(high);
        a = a.add(b);
        b = turned(a, b, 13);
        a = a.add(b);
        b = turned(a, b, 15);
        a = a.add(b);
        b = turned(a, b, 26);
        a = a.add(b);
        b = turned(a, b, 6);
        a = a.add(high);
        b = b.add(parity + 1);
        a = a.add(b);
        b = turned(a, b, 17);
        a = a.add(b);
        b = turned(a, b, 29);
        a = a.add(b);
        b = turned(a, b, 16);
        a = a.add(b);
        b = turned(a, b, 24);
        a = a.add(parity);
        b = b.add(low + 2);
        a = a.add(b);
        b = turned(a, b, 13);
        a = a.add(b);
        b = turned(a, b, 15);
        a = a.add(b);
        b = turned(a, b, 26);
        a = a.add(b);
        b = turned(a, b, 6);
        a = a.add(low);
        b = b.add(high + 3);
        return a.add(b);
    }

    private static IntVector turned(IntVector a, IntVector b, int bits) {
        return b.lanewise(VectorOperators.ROL, bits).lanewise(VectorOperators.XOR, a);
    }
}
