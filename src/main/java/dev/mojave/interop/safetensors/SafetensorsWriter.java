package dev.mojave.interop.safetensors;

import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes safetensors files: the length of the header (8 bytes, little-endian), the header (JSON, keys sorted by name, padded with
 * spaces so that the data starts at a multiple of 8), and the data without gaps, wide element types first, so that every tensor
 * is aligned to its element type. The same tensors give the same bytes.
 */
public final class SafetensorsWriter {
    /** Maximum number of bytes per write call, which keeps the JDK's temporary direct buffers small. */
    private static final long CHUNK = 1L << 22;

    private SafetensorsWriter() {}

    /**
     * Writes a new file and forces it to disk. At most a few megabytes are copied at a time.
     *
     * @param metadata the header's {@code __metadata__}; {@code format: pt}, which other readers expect, is added
     * @throws IOException if the disk is full or the file exists
     */
    public static void write(Path file, Collection<SafeEntry> entries, Map<String, String> metadata)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(channel, entries, metadata);
            channel.force(true);
        }
    }

    private static void write(FileChannel channel, Collection<SafeEntry> entries, Map<String, String> metadata)
            throws IOException {
        List<SafeEntry> ordered = entries.stream()
                .sorted(Comparator.comparingInt(
                                (SafeEntry entry) -> -entry.type().bytes())
                        .thenComparing(SafeEntry::name))
                .toList();
        byte[] header = header(ordered, metadata).getBytes(StandardCharsets.UTF_8);
        int padding = (8 - header.length % 8) % 8;
        ByteBuffer start = ByteBuffer.allocate(8 + header.length + padding).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(header.length + padding).put(header);
        while (start.hasRemaining() && start.position() < start.capacity()) {
            start.put((byte) ' ');
        }
        writeFully(channel, start.flip());
        for (SafeEntry entry : ordered) {
            MemorySegment data = entry.data();
            for (long offset = 0; offset < data.byteSize(); offset += CHUNK) {
                long length = Math.min(CHUNK, data.byteSize() - offset);
                writeFully(channel, bytes(data.asSlice(offset, length)));
            }
        }
    }

    private static String header(List<SafeEntry> ordered, Map<String, String> metadata) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        ObjectNode notes = header.putObject("__metadata__");
        Map<String, String> sorted = new TreeMap<>(metadata);
        sorted.put("format", "pt");
        sorted.forEach(notes::put);
        Map<String, Long> begins = new HashMap<>();
        long begin = 0;
        for (SafeEntry entry : ordered) {
            if (begins.put(entry.name(), begin) != null || entry.name().equals("__metadata__")) {
                throw new IllegalArgumentException("two tensors of the file have the name " + entry.name());
            }
            begin += entry.data().byteSize();
        }
        ordered.stream().sorted(Comparator.comparing(SafeEntry::name)).forEach(entry -> {
            ObjectNode about = header.putObject(entry.name());
            about.put("dtype", entry.type().name());
            var shape = about.putArray("shape");
            for (long size : entry.shape()) {
                shape.add(size);
            }
            long from = begins.getOrDefault(entry.name(), 0L);
            about.putArray("data_offsets").add(from).add(from + entry.data().byteSize());
        });
        return Json.line(header);
    }

    private static ByteBuffer bytes(MemorySegment data) {
        // Arrays of types other than byte cannot be viewed as byte buffers.
        return data.isNative() ? data.asByteBuffer() : ByteBuffer.wrap(data.toArray(ValueLayout.JAVA_BYTE));
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
