package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.sum;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a matrix and a vector. A narrow matrix is stored in tiles of {@value #TILE} rows, column by column inside a tile; if weights
 * have scales, {@value #BLOCK} columns of a row share one.
 */
public final class VectorMatrix {
    /** Rows per tile. */
    public static final int TILE = 64;

    /** Columns that share a scale. */
    public static final int BLOCK = 64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    // As many lanes as there are float lanes, or the shortest vector that exists, of which the first lanes are used.
    private static final VectorSpecies<Byte> BYTES =
            VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)).withLanes(byte.class);
    private static final int GROUP = 4;

    private VectorMatrix() {}

    /**
     * Multiplies rows {@code [from, to)} of a row-major float32 matrix, one after the other: memory is read strictly forwards, which suits
     * the hardware prefetcher best.
     */
    public static void fp32(
            MemorySegment w, MemorySegment x, MemorySegment y, int columns, int from, int to, boolean add) {
        for (int row = from; row < to; row++) {
            put(y, row, longDot(w, (long) row * columns, x, columns), add);
        }
    }

    /** Returns the inner product of two vectors with four accumulators, because a single one would be limited by latency. */
    private static float longDot(MemorySegment w, long fromW, MemorySegment x, int size) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i + GROUP * LANES <= size; i += GROUP * LANES) {
            a = load(w, fromW + i).fma(load(x, i), a);
            b = load(w, fromW + i + LANES).fma(load(x, i + LANES), b);
            c = load(w, fromW + i + 2L * LANES).fma(load(x, i + 2L * LANES), c);
            d = load(w, fromW + i + 3L * LANES).fma(load(x, i + 3L * LANES), d);
        }
        for (; i < size; i += LANES) {
            VectorMask<Float> mask = tail(i, size);
            a = load(w, fromW + i, mask).fma(load(x, i, mask), a);
        }
        return sum(a.add(b).add(c.add(d)));
    }

    /** Returns the inner product of two vectors that start at the given elements. */
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

    /** Multiplies one tile of a bfloat16 matrix. */
    public static void bf16(MemorySegment w, MemorySegment x, MemorySegment y, int columns, int tile, boolean add) {
        long base = (long) tile * columns * TILE;
        for (int part = 0; part < TILE; part += GROUP * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int i = 0; i < columns; i++) {
                FloatVector v = FloatVector.broadcast(FLOATS, x.get(FLOAT, (long) i * Float.BYTES));
                long at = base + (long) i * TILE + part;
                a = VectorBfloat16.load(w, at).fma(v, a);
                b = VectorBfloat16.load(w, at + LANES).fma(v, b);
                c = VectorBfloat16.load(w, at + 2L * LANES).fma(v, c);
                d = VectorBfloat16.load(w, at + 3L * LANES).fma(v, d);
            }
            put(y, (long) tile * TILE + part, add, a, b, c, d);
        }
    }

    /** Multiplies one tile of an int8 matrix with scales. */
    public static void int8(
            MemorySegment w,
            MemorySegment scales,
            MemorySegment x,
            MemorySegment y,
            int columns,
            int tile,
            boolean add) {
        long base = (long) tile * columns * TILE;
        int blocks = (columns + BLOCK - 1) / BLOCK;
        for (int part = 0; part < TILE; part += GROUP * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int block = 0; block < blocks; block++) {
                FloatVector inA = FloatVector.zero(FLOATS);
                FloatVector inB = inA;
                FloatVector inC = inA;
                FloatVector inD = inA;
                int end = Math.min(columns, (block + 1) * BLOCK);
                for (int i = block * BLOCK; i < end; i++) {
                    FloatVector v = FloatVector.broadcast(FLOATS, x.get(FLOAT, (long) i * Float.BYTES));
                    long at = base + (long) i * TILE + part;
                    inA = bytes(w, at).fma(v, inA);
                    inB = bytes(w, at + LANES).fma(v, inB);
                    inC = bytes(w, at + 2L * LANES).fma(v, inC);
                    inD = bytes(w, at + 3L * LANES).fma(v, inD);
                }
                long scale = ((long) tile * blocks + block) * TILE + part;
                a = inA.fma(load(scales, scale), a);
                b = inB.fma(load(scales, scale + LANES), b);
                c = inC.fma(load(scales, scale + 2L * LANES), c);
                d = inD.fma(load(scales, scale + 3L * LANES), d);
            }
            put(y, (long) tile * TILE + part, add, a, b, c, d);
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
