package dev.mojave.interop.safetensors;

import com.google.errorprone.annotations.FormatMethod;
import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.JsonFaults;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The validated header of a safetensors file. It rejects, with a specific message for each: a file that is shorter than its
 * header or data require, bytes after the data, a header that is not UTF-8 or not a JSON object, duplicate keys, keys other than
 * {@code dtype}, {@code shape} and {@code data_offsets}, unknown element types, sizes that are negative or overflow, offsets that
 * do not fit shape and type, and data that overlaps or leaves gaps. So no byte is read that the header does not describe.
 */
record SafetensorsHeader(Map<String, SafeEntry> entries, Map<String, String> metadata) {
    /** Largest header in bytes; the reference implementation has the same limit. */
    private static final long MAX_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final String REMEDY = "; the file is damaged or not safetensors; download or write it again";

    private record Span(String name, SafeType type, List<Long> shape, long begin, long end) {}

    static SafetensorsHeader read(Path file, MemorySegment bytes) {
        check(
                file,
                bytes.byteSize() >= 8,
                "is truncated: it has %d bytes, but a header needs at least 8",
                bytes.byteSize());
        long length = bytes.get(LENGTH, 0);
        boolean fits = length >= 2 && length <= MAX_HEADER && length <= bytes.byteSize() - 8;
        check(
                file,
                fits || !isPickle(bytes),
                "is a pickle, judging by its first bytes, and Mojave never opens pickles");
        check(file, length >= 2 && length <= MAX_HEADER, "has an invalid header length of %d", length);
        check(
                file,
                8 + length <= bytes.byteSize(),
                "is truncated: it has %d bytes, but the header alone needs %d",
                bytes.byteSize(),
                8 + length);
        JsonNode tree = parse(file, bytes.asSlice(8, length).asByteBuffer());
        MemorySegment data = bytes.asSlice(8 + length);
        List<Span> spans = new ArrayList<>();
        Map<String, String> metadata = Map.of();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                metadata = metadata(file, entry.getValue());
            } else {
                spans.add(span(file, entry.getKey(), entry.getValue()));
            }
        }
        checkLayout(file, spans, data.byteSize());
        Map<String, SafeEntry> entries = new TreeMap<>();
        for (Span span : spans) {
            entries.put(
                    span.name,
                    new SafeEntry(
                            span.name,
                            span.type,
                            span.shape.stream().mapToLong(Long::longValue).toArray(),
                            data.asSlice(span.begin, span.end - span.begin)));
        }
        return new SafetensorsHeader(entries, metadata);
    }

    /**
     * Returns whether a file starts like a pickle: 0x80 and the protocol number, from 2 on, or the signature of a zip archive,
     * which PyTorch's files are.
     */
    private static boolean isPickle(MemorySegment bytes) {
        int first = bytes.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        int second = bytes.get(ValueLayout.JAVA_BYTE, 1) & 0xff;
        return (first == 0x80 && second >= 2 && second <= 5) || (first == 'P' && second == 'K');
    }

    private static JsonNode parse(Path file, ByteBuffer bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw Failure.data("%s has a header that is not UTF-8%s", file, REMEDY)
                    .because(e);
        }
        try {
            // Strict about the first byte, like the reference implementation: bytes before the brace could hide a
            // second file format.
            check(file, text.startsWith("{"), "has a header that does not start with '{'");
            JsonNode tree = Json.tree(text);
            check(file, tree.isObject(), "has a header that is not a JSON object");
            return tree;
        } catch (JacksonException e) {
            throw Failure.data("%s has a header that is not JSON: %s%s", file, JsonFaults.reason(e, text), REMEDY)
                    .because(e);
        }
    }

    private static Map<String, String> metadata(Path file, JsonNode node) {
        if (node.isNull()) {
            return Map.of();
        }
        check(file, node.isObject(), "has __metadata__ that is not a mapping of text");
        Map<String, String> metadata = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            check(file, entry.getValue().isString(), "has __metadata__.%s that is not text", entry.getKey());
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        }
        return Collections.unmodifiableMap(metadata);
    }

    private static Span span(Path file, String name, JsonNode node) {
        boolean keys = node.isObject()
                && node.size() == 3
                && node.has("dtype")
                && node.has("shape")
                && node.has("data_offsets");
        check(file, keys, "tensor '%s': expected exactly dtype, shape and data_offsets", name);
        JsonNode dtype = node.path("dtype");
        check(file, dtype.isString(), "tensor '%s': dtype is not text", name);
        SafeType type = SafeType.named(dtype.stringValue())
                .orElseThrow(() -> Failure.data(
                        "%s: tensor '%s' has dtype %s; Mojave reads %s",
                        file, name, dtype.stringValue(), List.of(SafeType.values())));
        List<Long> shape = longs(file, name, "shape", node.path("shape"));
        List<Long> offsets = longs(file, name, "data_offsets", node.path("data_offsets"));
        check(
                file,
                offsets.size() == 2 && offsets.get(0) <= offsets.get(1),
                "tensor '%s': data_offsets must be a begin and an end that is not before it",
                name);
        long bytes = type.bytes();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw Failure.data("%s: tensor '%s': the size of shape overflows%s", file, name, REMEDY)
                    .because(e);
        }
        long span = offsets.get(1) - offsets.get(0);
        check(
                file,
                bytes == span,
                "tensor '%s': shape and dtype need %d bytes, but data_offsets give %d",
                name,
                bytes,
                span);
        return new Span(name, type, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> longs(Path file, String name, String key, JsonNode node) {
        check(file, node.isArray(), "tensor '%s': %s is not a list", name, key);
        List<Long> values = new ArrayList<>();
        for (JsonNode element : node) {
            check(
                    file,
                    element.isIntegralNumber() && element.canConvertToLong() && element.longValue() >= 0,
                    "tensor '%s': %s contains %s; expected whole numbers of at least 0",
                    name,
                    key,
                    element);
            values.add(element.longValue());
        }
        return values;
    }

    private static void checkLayout(Path file, List<Span> spans, long dataBytes) {
        List<Span> ordered = spans.stream()
                .sorted(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end))
                .toList();
        long end = 0;
        String before = "the header";
        for (Span span : ordered) {
            check(file, span.begin >= end, "tensor '%s' overlaps '%s'", span.name, before);
            check(
                    file,
                    span.begin == end,
                    "there is a gap of %s before tensor '%s'",
                    Plural.of(span.begin - end, "byte"),
                    span.name);
            end = span.end;
            before = span.name;
        }
        check(file, end <= dataBytes, "is truncated: the data needs %d bytes, but the file has %d", end, dataBytes);
        check(file, end == dataBytes, "has %s after the last tensor", Plural.of(dataBytes - end, "byte"));
    }

    @FormatMethod
    private static void check(Path file, boolean condition, String format, Object... arguments) {
        if (!condition) {
            String message = String.format(Locale.ROOT, format, arguments);
            String verb = message.startsWith("is ") || message.startsWith("has ") ? " " : ": ";
            throw Failure.data("%s%s%s%s", file, verb, message, REMEDY);
        }
    }
}
