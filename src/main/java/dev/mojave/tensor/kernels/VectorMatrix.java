package dev.mojave.tensor.kernels;

import static dev.mojave.tensor.kernels.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.VectorMath.LANES;
import static dev.mojave.tensor.kernels.VectorMath.load;
import static dev.mojave.tensor.kernels.VectorMath.store;
import static dev.mojave.tensor.kernels.VectorMath.sum;
import static dev.mojave.tensor.kernels.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Products of a matrix and a vector, in the layouts of {@link PackedMatrix}. */
final class VectorMatrix {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    // As many lanes as there are float lanes, or the shortest vector there is: then its first lanes count.
    private static final VectorSpecies<Byte> BYTES =
            VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)).withLanes(byte.class);
    private static final VectorSpecies<Short> SHORTS =
            VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)).withLanes(short.class);
    private static final int HALF_BITS = 16;
    private static final int GROUP = 4;

    private VectorMatrix() {}

    /** Rows {@code [from, to)} of a row-major float32 matrix. */
    static void fp32(MemorySegment w, MemorySegment x, MemorySegment y, int columns, int from, int to, boolean add) {
        int row = from;
        for (; row + GROUP <= to; row += GROUP) {
            fourRows(w, x, y, columns, row, add);
        }
        for (; row < to; row++) {
            put(y, row, dot(w, (long) row * columns, x, 0, columns), add);
        }
    }

    private static void fourRows(MemorySegment w, MemorySegment x, MemorySegment y, int columns, int row, boolean add) {
        long a = (long) row * columns;
        long b = a + columns;
        long c = b + columns;
        long d = c + columns;
        FloatVector sumA = FloatVector.zero(FLOATS);
        FloatVector sumB = sumA;
        FloatVector sumC = sumA;
        FloatVector sumD = sumA;
        int i = 0;
        for (; i + LANES <= columns; i += LANES) {
            FloatVector v = load(x, i);
            sumA = load(w, a + i).fma(v, sumA);
            sumB = load(w, b + i).fma(v, sumB);
            sumC = load(w, c + i).fma(v, sumC);
            sumD = load(w, d + i).fma(v, sumD);
        }
        if (i < columns) {
            VectorMask<Float> mask = tail(i, columns);
            FloatVector v = load(x, i, mask);
            sumA = load(w, a + i, mask).fma(v, sumA);
            sumB = load(w, b + i, mask).fma(v, sumB);
            sumC = load(w, c + i, mask).fma(v, sumC);
            sumD = load(w, d + i, mask).fma(v, sumD);
        }
        put(y, row, sum(sumA), add);
        put(y, row + 1, sum(sumB), add);
        put(y, row + 2, sum(sumC), add);
        put(y, row + 3, sum(sumD), add);
    }

    /** The product of two vectors that begin at the given elements. */
    static float dot(MemorySegment a, long fromA, MemorySegment b, long fromB, int size) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            sum = load(a, fromA + i).fma(load(b, fromB + i), sum);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            sum = load(a, fromA + i, mask).fma(load(b, fromB + i, mask), sum);
        }
        return sum(sum);
    }

    private static void put(MemorySegment y, int row, float value, boolean add) {
        long at = (long) row * Float.BYTES;
        y.set(FLOAT, at, add ? y.get(FLOAT, at) + value : value);
    }

    /** One tile of a bfloat16 matrix. */
    static void bf16(MemorySegment w, MemorySegment x, MemorySegment y, int columns, int tile, boolean add) {
        long base = (long) tile * columns * PackedMatrix.TILE;
        for (int part = 0; part < PackedMatrix.TILE; part += GROUP * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int i = 0; i < columns; i++) {
                FloatVector v = FloatVector.broadcast(FLOATS, x.get(FLOAT, (long) i * Float.BYTES));
                long at = base + (long) i * PackedMatrix.TILE + part;
                a = bfloats(w, at).fma(v, a);
                b = bfloats(w, at + LANES).fma(v, b);
                c = bfloats(w, at + 2L * LANES).fma(v, c);
                d = bfloats(w, at + 3L * LANES).fma(v, d);
            }
            put(y, (long) tile * PackedMatrix.TILE + part, add, a, b, c, d);
        }
    }

    private static FloatVector bfloats(MemorySegment w, long element) {
        return ((IntVector) ShortVector.fromMemorySegment(SHORTS, w, element * Short.BYTES, ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                .lanewise(VectorOperators.LSHL, HALF_BITS)
                .reinterpretAsFloats();
    }

    /** One tile of a matrix of whole numbers with scales. */
    static void int8(
            MemorySegment w,
            MemorySegment scales,
            MemorySegment x,
            MemorySegment y,
            int columns,
            int tile,
            boolean add) {
        long base = (long) tile * columns * PackedMatrix.TILE;
        int blocks = (columns + PackedMatrix.BLOCK - 1) / PackedMatrix.BLOCK;
        for (int part = 0; part < PackedMatrix.TILE; part += GROUP * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int block = 0; block < blocks; block++) {
                FloatVector inA = FloatVector.zero(FLOATS);
                FloatVector inB = inA;
                FloatVector inC = inA;
                FloatVector inD = inA;
                int end = Math.min(columns, (block + 1) * PackedMatrix.BLOCK);
                for (int i = block * PackedMatrix.BLOCK; i < end; i++) {
                    FloatVector v = FloatVector.broadcast(FLOATS, x.get(FLOAT, (long) i * Float.BYTES));
                    long at = base + (long) i * PackedMatrix.TILE + part;
                    inA = bytes(w, at).fma(v, inA);
                    inB = bytes(w, at + LANES).fma(v, inB);
                    inC = bytes(w, at + 2L * LANES).fma(v, inC);
                    inD = bytes(w, at + 3L * LANES).fma(v, inD);
                }
                long scale = ((long) tile * blocks + block) * PackedMatrix.TILE + part;
                a = inA.fma(load(scales, scale), a);
                b = inB.fma(load(scales, scale + LANES), b);
                c = inC.fma(load(scales, scale + 2L * LANES), c);
                d = inD.fma(load(scales, scale + 3L * LANES), d);
            }
            put(y, (long) tile * PackedMatrix.TILE + part, add, a, b, c, d);
        }
    }

    private static FloatVector bytes(MemorySegment w, long element) {
        return (FloatVector)
                ByteVector.fromMemorySegment(BYTES, w, element, ORDER).convertShape(VectorOperators.B2F, FLOATS, 0);
    }

    private static void put(
            MemorySegment y, long at, boolean add, FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        put(y, at, add, a);
        put(y, at + LANES, add, b);
        put(y, at + 2L * LANES, add, c);
        put(y, at + 3L * LANES, add, d);
    }

    private static void put(MemorySegment y, long at, boolean add, FloatVector value) {
        store(add ? load(y, at).add(value) : value, y, at);
    }
}
