package dev.mojave.interop.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The keys and values at the start of a GGUF file, in the order in which they were added. */
final class GgufMetadata {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int count;

    void uint32(String key, int value) {
        key(key, UINT32);
        int32(value);
    }

    void float32(String key, float value) {
        key(key, FLOAT32);
        int32(Float.floatToRawIntBits(value));
    }

    void bool(String key, boolean value) {
        key(key, BOOL);
        out.write(value ? 1 : 0);
    }

    void string(String key, String value) {
        key(key, STRING);
        string(value);
    }

    void strings(String key, List<String> values) {
        array(key, STRING, values.size());
        values.forEach(this::string);
    }

    void int32s(String key, List<Integer> values) {
        array(key, INT32, values.size());
        values.forEach(this::int32);
    }

    private void array(String key, int type, int size) {
        key(key, ARRAY);
        int32(type);
        int64(size);
    }

    private void key(String key, int type) {
        count++;
        string(key);
        int32(type);
    }

    /** Appends a string in the format's encoding: its length in bytes, then UTF-8. */
    private void string(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        int64(bytes.length);
        out.writeBytes(bytes);
    }

    private void int32(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private void int64(long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    int count() {
        return count;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
