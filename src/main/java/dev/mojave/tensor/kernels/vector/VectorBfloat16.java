package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Conversion between float32 and bfloat16, which is its upper half: 8 bits of exponent and 8 of significand. It rounds to nearest, ties to
 * even; values beyond the largest become infinite, and NaN stays NaN.
 */
public final class VectorBfloat16 {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    // As many lanes as there are float lanes; if no vector is that short, elements are converted one by one.
    private static final VectorSpecies<Short> SHORTS =
            VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)).withLanes(short.class);
    private static final int STEP = SHORTS.length() == LANES ? LANES : Integer.MAX_VALUE;

    private static final int HALF_BITS = 16;
    private static final int UPPER = 0xffff0000;
    private static final int BELOW_HALF = 0x7fff;
    private static final int QUIET_NAN = 1 << 22;
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITE = 0x7f800000;

    private VectorBfloat16() {}

    /** Returns the nearest bfloat16 as the bits of a float32. */
    public static int nearest(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (bits | QUIET_NAN) & UPPER;
        }
        return (bits + BELOW_HALF + ((bits >>> HALF_BITS) & 1)) & UPPER;
    }

    private static IntVector nearest(FloatVector values) {
        IntVector bits = values.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, HALF_BITS).and(1);
        IntVector rounded = bits.add(odd).add(BELOW_HALF);
        VectorMask<Integer> nan = bits.and(MAGNITUDE).compare(VectorOperators.GT, INFINITE);
        return rounded.blend(bits.or(QUIET_NAN), nan).and(UPPER);
    }

    /** Writes float32 elements as bfloat16, possibly into the same memory: writes never overtake reads. */
    public static void narrow(MemorySegment from, long at, MemorySegment to, long toAt, int elements) {
        int i = 0;
        for (; i <= elements - STEP; i += LANES) {
            IntVector upper = nearest(VectorMath.load(from, at + i)).lanewise(VectorOperators.LSHR, HALF_BITS);
            ((ShortVector) upper.convertShape(VectorOperators.I2S, SHORTS, 0))
                    .intoMemorySegment(to, (toAt + i) * Short.BYTES, ORDER);
        }
        for (; i < elements; i++) {
            int upper = nearest(from.get(FLOAT, (at + i) * Float.BYTES)) >>> HALF_BITS;
            to.set(SHORT, (toAt + i) * Short.BYTES, (short) upper);
        }
    }

    /** Writes float32 elements rounded to bfloat16 values but stored as float32, possibly into the same memory. */
    public static void round(MemorySegment from, long at, MemorySegment to, long toAt, int elements) {
        int i = 0;
        for (; i <= elements - LANES; i += LANES) {
            VectorMath.store(nearest(VectorMath.load(from, at + i)).reinterpretAsFloats(), to, toAt + i);
        }
        for (; i < elements; i++) {
            float rounded = Float.intBitsToFloat(nearest(from.get(FLOAT, (at + i) * Float.BYTES)));
            to.set(FLOAT, (toAt + i) * Float.BYTES, rounded);
        }
    }

    /** Writes bfloat16 elements as float32. */
    public static void widen(MemorySegment from, long at, MemorySegment to, long toAt, int elements) {
        int i = 0;
        for (; i <= elements - STEP; i += LANES) {
            VectorMath.store(load(from, at + i), to, toAt + i);
        }
        for (; i < elements; i++) {
            int upper = from.get(SHORT, (at + i) * Short.BYTES) << HALF_BITS;
            to.set(FLOAT, (toAt + i) * Float.BYTES, Float.intBitsToFloat(upper));
        }
    }

    /** Loads as many bfloat16 elements as there are float lanes; short vectors still read eight bytes. */
    static FloatVector load(MemorySegment from, long element) {
        return ((IntVector) ShortVector.fromMemorySegment(SHORTS, from, element * Short.BYTES, ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, HALF_BITS)
                .reinterpretAsFloats();
    }
}
