package dev.mojave.tensor.kernels.decode;

import dev.mojave.base.Check;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Workers;
import dev.mojave.tensor.kernels.vector.VectorBfloat16;
import dev.mojave.tensor.kernels.vector.VectorDecode;
import dev.mojave.tensor.kernels.vector.VectorMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

// Shapes: O outputs (rows), I inputs (columns).
/**
 * A matrix that is multiplied with one vector at a time, {@code y = W x}: every weight is read once and used once, so the speed depends
 * only on its size in bytes.
 *
 * <p>Float32 weights stay in place, row by row. Narrower ones are copied into tiles of {@value #TILE} rows, column by column inside a tile:
 * neighbours in memory belong to different outputs, so a vector of weights is multiplied with a single input value and no lanes need
 * summing.
 */
public final class PackedMatrix implements AutoCloseable {
    /** Rows per tile; outputs and their buffers are padded to whole tiles. */
    public static final int TILE = VectorMatrix.TILE;

    /** Columns that share a scale. */
    static final int BLOCK = VectorMatrix.BLOCK;

    private static final float LARGEST = 127;
    /** Narrow vectors load at least eight bytes and use the first ones. */
    private static final int SLACK = 64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int HALF_BITS = 16;

    private final WeightFormat format;
    private final int rows;
    private final int columns;
    private final MemorySegment weights;
    private final MemorySegment scales;
    private final Tensor[] owned;

    private PackedMatrix(WeightFormat format, Tensor weightOI, Tensor... owned) {
        this.format = format;
        this.rows = Math.toIntExact(weightOI.size(0));
        this.columns = Math.toIntExact(weightOI.size(1));
        this.owned = owned;
        this.weights = owned.length > 0 ? owned[0].segment() : weightOI.segment();
        this.scales = owned.length > 1 ? owned[1].segment() : MemorySegment.NULL;
    }

    /**
     * Packs a matrix.
     *
     * @param weightOI float32, contiguous; with the format FP32 its memory is used in place, so it must outlive this object
     */
    public static PackedMatrix of(Tensor weightOI, WeightFormat format) {
        Check.that(weightOI.dtype() == DType.FLOAT32, "weights to pack are float32, not %s", weightOI.dtype());
        long tiles = (weightOI.size(0) + TILE - 1) / TILE;
        long cells = tiles * TILE * weightOI.size(1) + SLACK;
        return switch (format) {
            case FP32 -> new PackedMatrix(format, weightOI);
            case BF16 ->
                new PackedMatrix(
                                format,
                                weightOI,
                                Tensors.zeros(DType.INT16, cells).retain())
                        .fill(weightOI.segment());
            case INT8 ->
                new PackedMatrix(
                                format,
                                weightOI,
                                Tensors.zeros(DType.INT8, cells).retain(),
                                Tensors.zeros(DType.FLOAT32, tiles * TILE * blocks(weightOI.size(1)))
                                        .retain())
                        .fill(weightOI.segment());
        };
    }

    private static long blocks(long columns) {
        return (columns + BLOCK - 1) / BLOCK;
    }

    private PackedMatrix fill(MemorySegment source) {
        Workers.forEach((rows + TILE - 1) / TILE, tile -> {
            for (int row = tile * TILE; row < Math.min(rows, (tile + 1) * TILE); row++) {
                for (int from = 0; from < columns; from += BLOCK) {
                    fill(source, row, from, Math.min(columns, from + BLOCK));
                }
            }
        });
        return this;
    }

    private void fill(MemorySegment source, int row, int from, int to) {
        long start = (long) row * columns;
        float scale = format == WeightFormat.INT8 ? scale(source, start + from, start + to) : 1;
        if (format == WeightFormat.INT8) {
            scales.set(FLOAT, scaleIndex(row, from) * Float.BYTES, scale);
        }
        for (int i = from; i < to; i++) {
            float value = source.get(FLOAT, (start + i) * Float.BYTES);
            long cell = cell(row, i);
            if (format == WeightFormat.INT8) {
                weights.set(BYTE, cell, (byte) quantized(value, scale));
            } else {
                weights.set(SHORT, cell * Short.BYTES, (short) (VectorBfloat16.nearest(value) >>> HALF_BITS));
            }
        }
    }

    private long cell(int row, int column) {
        return ((long) (row / TILE) * columns + column) * TILE + row % TILE;
    }

    private long scaleIndex(int row, int column) {
        return ((row / TILE) * blocks(columns) + column / BLOCK) * TILE + row % TILE;
    }

    private static float scale(MemorySegment values, long from, long to) {
        float largest = 0;
        for (long i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values.get(FLOAT, i * Float.BYTES)));
        }
        return largest / LARGEST;
    }

    private static int quantized(float value, float scale) {
        return scale == 0 ? 0 : Math.clamp(Math.round((double) value / scale), (int) -LARGEST, (int) LARGEST);
    }

    /**
     * Rounds weights in place to values that the format can represent, with which the reference implementation of a packed matrix computes.
     *
     * @param weight float32 (..., I), contiguous
     */
    public static void round(Tensor weight, WeightFormat format) {
        if (format == WeightFormat.FP32) {
            return;
        }
        MemorySegment values = weight.segment();
        long columns = weight.size(-1);
        Workers.forRanges(weight.elements() / columns, TILE, (first, last) -> {
            for (long row = first; row < last; row++) {
                for (long from = 0; from < columns; from += BLOCK) {
                    round(values, row * columns + from, row * columns + Math.min(columns, from + BLOCK), format);
                }
            }
        });
    }

    private static void round(MemorySegment values, long from, long to, WeightFormat format) {
        float scale = format == WeightFormat.INT8 ? scale(values, from, to) : 1;
        for (long i = from; i < to; i++) {
            float value = values.get(FLOAT, i * Float.BYTES);
            float rounded = format == WeightFormat.INT8
                    ? quantized(value, scale) * scale
                    : Float.intBitsToFloat(VectorBfloat16.nearest(value));
            values.set(FLOAT, i * Float.BYTES, rounded);
        }
    }

    /** Returns the number of outputs. */
    public int rows() {
        return rows;
    }

    /** Returns the number of inputs. */
    public int columns() {
        return columns;
    }

    /** Returns the number of bytes that one multiplication reads. */
    public long bytes() {
        return weights.byteSize() + scales.byteSize();
    }

    /** Copies one row, converted to float32: the embedding of a token if embedding and head are tied. */
    public void row(int row, MemorySegment y) {
        for (int i = 0; i < columns; i++) {
            y.set(FLOAT, (long) i * Float.BYTES, value(row, i));
        }
    }

    private float value(int row, int column) {
        return switch (format) {
            case FP32 -> weights.get(FLOAT, ((long) row * columns + column) * Float.BYTES);
            case BF16 -> Float.intBitsToFloat(weights.get(SHORT, cell(row, column) * Short.BYTES) << HALF_BITS);
            case INT8 ->
                weights.get(BYTE, cell(row, column)) * scales.get(FLOAT, scaleIndex(row, column) * Float.BYTES);
        };
    }

    /**
     * Multiplies: {@code y = W x + bias}, or {@code y += W x + bias}.
     *
     * @param x float32 (I)
     * @param y float32, O values padded to whole tiles
     * @param bias float32 (O); empty without a bias
     */
    public void multiply(MemorySegment x, MemorySegment y, Optional<MemorySegment> bias, boolean add) {
        Workers.forEach((rows + TILE - 1) / TILE, tile -> {
            int from = tile * TILE;
            int to = Math.min(rows, from + TILE);
            switch (format) {
                case FP32 -> VectorMatrix.fp32(weights, x, y, columns, from, to, add);
                case BF16 -> VectorMatrix.bf16(weights, x, y, columns, tile, add);
                case INT8 -> VectorMatrix.int8(weights, scales, x, y, columns, tile, add);
            }
            bias.ifPresent(b -> VectorDecode.add(y, b, from, to));
        });
    }

    @Override
    public void close() {
        Arrays.stream(owned).forEach(Tensor::close);
    }
}
