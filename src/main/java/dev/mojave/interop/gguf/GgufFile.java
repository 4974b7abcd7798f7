package dev.mojave.interop.gguf;

import dev.mojave.base.Failure;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Writes GGUF version 3: metadata, a table of tensors, and the tensors' data, each aligned to 32 bytes. Tensors are converted one
 * at a time, so the file need not fit into memory.
 */
final class GgufFile {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final int CHUNK_VALUES = 1 << 18;

    /**
     * A tensor to write.
     *
     * @param name its name in the file, at most 63 bytes
     * @param type element type in the file
     * @param parts one tensor, or several of the same shape that are stacked along a new first dimension
     */
    record Entry(String name, GgufType type, List<Tensor> parts) {
        private long[] shape() {
            long[] part = parts.getFirst().shape();
            if (parts.size() == 1) {
                return part;
            }
            long[] stacked = new long[part.length + 1];
            stacked[0] = parts.size();
            System.arraycopy(part, 0, stacked, 1, part.length);
            return stacked;
        }

        private long bytes() {
            long values = 1;
            for (long size : shape()) {
                values *= size;
            }
            return type.bytes(values);
        }
    }

    private GgufFile() {}

    /** Writes a new file and forces it to disk. */
    static void write(Path file, GgufMetadata metadata, List<Entry> entries) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, start(metadata, entries));
            for (Entry entry : entries) {
                for (Tensor part : entry.parts()) {
                    try (Scope _ = Scope.open()) {
                        write(channel, entry, part.contiguous().toFloats());
                    }
                }
                writeFully(channel, ByteBuffer.allocate(padding(entry.bytes())));
            }
            channel.force(true);
        }
    }

    private static ByteBuffer start(GgufMetadata metadata, List<Entry> entries) {
        byte[] values = metadata.toBytes();
        int table = entries.stream()
                .mapToInt(e -> name(e).length + 24 + 8 * e.shape().length)
                .sum();
        int size = 24 + values.length + table;
        ByteBuffer out = ByteBuffer.allocate(size + padding(size)).order(ByteOrder.LITTLE_ENDIAN);
        out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(VERSION);
        out.putLong(entries.size()).putLong(metadata.count()).put(values);
        long offset = 0;
        for (Entry entry : entries) {
            out.putLong(name(entry).length).put(name(entry));
            long[] shape = entry.shape();
            out.putInt(shape.length);
            // The format lists dimensions from the fastest varying one.
            for (int i = shape.length - 1; i >= 0; i--) {
                out.putLong(shape[i]);
            }
            out.putInt(entry.type().code()).putLong(offset);
            offset += entry.bytes() + padding(entry.bytes());
        }
        return out.rewind();
    }

    private static byte[] name(Entry entry) {
        return entry.name().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(FileChannel channel, Entry entry, float[] values) throws IOException {
        GgufType type = entry.type();
        ByteBuffer out = ByteBuffer.allocate((int) type.bytes(CHUNK_VALUES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += type.block()) {
            if (type == GgufType.F16 && Math.abs(values[at]) > 65_504) {
                throw Failure.data(
                        "%s has the value %s, which half precision cannot represent; write f32 instead",
                        entry.name(), values[at]);
            }
            type.put(values, at, out);
            if (!out.hasRemaining()) {
                writeFully(channel, out.flip());
                out.clear();
            }
        }
        writeFully(channel, out.flip());
    }

    private static int padding(long bytes) {
        return (int) (-bytes & (ALIGNMENT - 1));
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
