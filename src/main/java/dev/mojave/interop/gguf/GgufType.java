package dev.mojave.interop.gguf;

import java.nio.ByteBuffer;

/** Element types of GGUF files: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. */
public enum GgufType {
    /** 4 bytes. */
    F32(0, 0, 1, 4) {
        @Override
        void put(float[] values, int at, ByteBuffer out) {
            out.putFloat(values[at]);
        }
    },
    /** 2 bytes, IEEE half precision, rounded to nearest even. */
    F16(1, 1, 1, 2) {
        @Override
        void put(float[] values, int at, ByteBuffer out) {
            out.putShort(Float.floatToFloat16(values[at]));
        }
    },
    /** Blocks of 32 values: a half-precision scale, which is the largest magnitude / 127, and 32 signed bytes. */
    Q8_0(8, 7, 32, 34) {
        @Override
        void put(float[] values, int at, ByteBuffer out) {
            float largest = 0;
            for (int i = at; i < at + block(); i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float scale = largest / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            out.putShort(Float.floatToFloat16(scale));
            for (int i = at; i < at + block(); i++) {
                out.put((byte) roundHalfAway(values[i] * inverse));
            }
        }
    };

    private final int code;
    private final int fileType;
    private final int block;
    private final int blockBytes;

    GgufType(int code, int fileType, int block, int blockBytes) {
        this.code = code;
        this.fileType = fileType;
        this.block = block;
        this.blockBytes = blockBytes;
    }

    /** Appends one block of values. */
    abstract void put(float[] values, int at, ByteBuffer out);

    private static int roundHalfAway(float value) {
        float magnitude = Math.abs(value);
        int whole = (int) magnitude;
        int rounded = magnitude - whole >= 0.5f ? whole + 1 : whole;
        return value < 0 ? -rounded : rounded;
    }

    /** Returns the number of this type in the table of tensors. */
    int code() {
        return code;
    }

    /** Returns the number in {@code general.file_type} of a file that mostly has this type. */
    int fileType() {
        return fileType;
    }

    /** Returns the number of values per block. */
    int block() {
        return block;
    }

    /** Returns the size in bytes of this many values, a multiple of the block. */
    long bytes(long values) {
        return values / block * blockBytes;
    }
}
