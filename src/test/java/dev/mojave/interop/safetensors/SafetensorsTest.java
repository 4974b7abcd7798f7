package dev.mojave.interop.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mojave.base.Damage;
import dev.mojave.base.Failure;
import dev.mojave.base.Fuzz;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    private static SafeEntry entry(String name, SafeType type, byte[] bytes, long... shape) {
        return new SafeEntry(name, type, shape, MemorySegment.ofArray(bytes));
    }

    private Path file(String header, int dataBytes) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    private Path file(byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        return Files.write(Files.createTempFile(folder, "t", ".safetensors"), bytes.array());
    }

    @Test
    void writesWhatTheFormatSaysByteForByte() throws IOException {
        Path file = folder.resolve("a.safetensors");
        float[] values = {1, -2};
        SafetensorsWriter.write(
                file,
                List.of(
                        entry("flags", SafeType.BOOL, new byte[] {1, 0, 1}, 3),
                        new SafeEntry("weight", SafeType.F32, new long[] {1, 2}, MemorySegment.ofArray(values))),
                Map.of("note", "x"));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) buffer.getLong(0);
        assertThat(length % 8).isZero();
        assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).strip())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\",\"note\":\"x\"},"
                        + "\"flags\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[8,11]},"
                        + "\"weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}");
        assertThat(buffer.getFloat(8 + length)).isEqualTo(1);
        assertThat(buffer.getFloat(12 + length)).isEqualTo(-2);
        assertThat(Arrays.copyOfRange(bytes, 16 + length, bytes.length)).containsExactly(1, 0, 1);
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            List<SafeEntry> entries = new ArrayList<>();
            for (int i = 0; i < random.nextInt(12); i++) {
                List<SafeType> types = List.of(SafeType.values());
                SafeType type = types.get(random.nextInt(types.size()));
                long[] shape = random.longs(random.nextInt(4), 0, 5).toArray();
                byte[] bytes = new byte[(int) Arrays.stream(shape).reduce(type.bytes(), (a, b) -> a * b)];
                random.nextBytes(bytes);
                entries.add(entry("layer." + i + ".é\"\\", type, bytes, shape));
            }
            Path file = folder.resolve("r" + round);
            SafetensorsWriter.write(file, entries, Map.of());
            try (SafetensorsFile read = SafetensorsFile.open(file)) {
                assertThat(read.entries()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(entries);
                assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
                for (SafeEntry entry : entries) {
                    assertThat(read.entry(entry.name())).isEqualTo(entry);
                    assertThat(read.contains(entry.name())).isTrue();
                }
            }
        }
    }

    @Test
    void writesLargeDataInPieces() throws IOException {
        long[] values = new Random(7).longs(1_500_001).toArray();
        Path file = folder.resolve("large");
        SafeEntry entry = new SafeEntry("x", SafeType.I64, new long[] {values.length}, MemorySegment.ofArray(values));
        SafetensorsWriter.write(file, List.of(entry), Map.of());
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.entry("x").data().toArray(ValueLayout.JAVA_LONG_UNALIGNED))
                    .isEqualTo(values);
        }
    }

    /** The file is sparse, so the test is quick; mapped, it has its full length. */
    @Test
    void aLargeFileCostsNoMemoryBeforeItIsRead() throws IOException {
        long elements = 125_000_000;
        String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[125000000],\"data_offsets\":[0,500000000]}}";
        Path file = file(header, 0);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(sparse.length() + 4 * elements);
        }
        long before = residentBytes();
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThat(read.entry("w").data().byteSize()).isEqualTo(4 * elements);
            assertThat(residentBytes() - before).isLessThan(50_000_000);
            assertThat(read.entry("w").data().get(ValueLayout.JAVA_BYTE, 4 * elements - 1))
                    .isZero();
        }
    }

    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.exists(status), "resident memory is read as Linux tells it");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void refusesToOverwriteAndToNameTwoTensorsAlike() throws IOException {
        Path file = folder.resolve("a");
        SafeEntry entry = entry("x", SafeType.U8, new byte[1], 1);
        SafetensorsWriter.write(file, List.of(entry), Map.of());
        assertThatThrownBy(() -> SafetensorsWriter.write(file, List.of(entry), Map.of()))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("b"), List.of(entry, entry), Map.of()))
                .hasMessage("two tensors of the file have the name x");
        assertThatThrownBy(() -> entry("x", SafeType.F32, new byte[7], 2))
                .hasMessage("x: F32 [2] needs 8 bytes, not 7");
    }

    @Test
    void namesTheNearestTensor() throws IOException {
        Path file = folder.resolve("a");
        SafetensorsWriter.write(file, List.of(entry("weight", SafeType.U8, new byte[1], 1)), Map.of());
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> read.entry("weigth"))
                    .isInstanceOfSatisfying(
                            Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                    .hasMessage(file + " has no tensor 'weigth'; did you mean 'weight'?");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} | 3 | ` is truncated: the data needs 4 bytes, but the file has 3`
            {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} | 5 | ` has 1 byte after the last tensor`
            {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}} | 4 | `: tensor 'b' overlaps 'a'`
            {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}} | 4 | `: there is a gap of 1 byte before tensor 'b'`
            {"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}} | 4 | `: there is a gap of 2 bytes before tensor 'a'`
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | 4 | `: tensor 'a': shape and dtype need 8 bytes, but data_offsets give 4`
            {"a":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,0]}} | 0 | `: tensor 'a': the size of shape overflows`
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}} | 4 | `: tensor 'a': shape contains -1; expected whole numbers of at least 0`
            {"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}} | 4 | `: tensor 'a': shape contains 1.0; expected whole numbers of at least 0`
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}} | 4 | `: tensor 'a': data_offsets must be a begin and an end that is not before it`
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}} | 4 | `: tensor 'a': data_offsets must be a begin and an end that is not before it`
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}} | 4 | `: tensor 'a': data_offsets contains 99999999999999999999; expected whole numbers of at least 0`
            {"a":{"dtype":"F32","shape":3,"data_offsets":[0,4]}} | 4 | `: tensor 'a': shape is not a list`
            {"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}} | 4 | `: tensor 'a': dtype is not text`
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}} | 4 | `: tensor 'a': expected exactly dtype, shape and data_offsets`
            {"a":{"dtype":"F32","shape":[1]}} | 4 | `: tensor 'a': expected exactly dtype, shape and data_offsets`
            {"__metadata__":{"a":1}} | 0 | ` has __metadata__.a that is not text`
            {"__metadata__":[]} | 0 | ` has __metadata__ that is not a mapping of text`
            ` {"a":1}` | 0 | ` has a header that does not start with '{'`
            [1,2] | 0 | ` has a header that does not start with '{'`
            """)
    void refusesByName(String header, int dataBytes, String message) throws IOException {
        Path file = file(header, dataBytes);
        assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage(file + message + "; the file is damaged or not safetensors; download or write it again");
    }

    @Test
    void refusesOtherBrokenHeaders() throws IOException {
        assertRefused(
                file("{\"a\":{\"dtype\":\"F8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1),
                "has dtype F8; Mojave reads [");
        assertRefused(
                file("{\"a\":1,\"a\":2}", 0),
                "has a header that is not JSON: line 1, column 8: the key \"a\" occurs twice");
        assertRefused(file("{\"a\":", 0), "has a header that is not JSON: ");
        assertRefused(file("{} {}", 0), "has a header that is not JSON: ");
        assertRefused(
                file(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 0), "has a header that is not UTF-8");
        assertRefused(folder.resolve("missing"), "does not exist");
        assertRefused(folder, "is a folder, not a safetensors file");
        assertRefused(
                Files.write(folder.resolve("short"), new byte[5]),
                "is truncated: it has 5 bytes, but a header needs at least 8");
        assertRefused(
                Files.write(folder.resolve("empty"), new byte[0]),
                "is truncated: it has 0 bytes, but a header needs at least 8");
        byte[] huge = new byte[16];
        Arrays.fill(huge, (byte) 0x7f);
        assertRefused(Files.write(folder.resolve("huge"), huge), "has an invalid header length of 9187201950435737471");
        byte[] negative = new byte[16];
        Arrays.fill(negative, (byte) 0xff);
        assertRefused(Files.write(folder.resolve("negative"), negative), "has an invalid header length of -1");
        byte[] pickle = new byte[16];
        pickle[0] = (byte) 0x80;
        pickle[1] = 4;
        Arrays.fill(pickle, 2, 16, (byte) 0x60);
        assertRefused(
                Files.write(folder.resolve("pickle"), pickle),
                "is a pickle, judging by its first bytes, and Mojave never opens pickles");
        byte[] zip = {'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0};
        assertRefused(Files.write(folder.resolve("zip"), zip), "is a pickle, judging by its first bytes");
        byte[] longer = {50, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
        assertRefused(
                Files.write(folder.resolve("longer"), longer),
                "is truncated: it has 10 bytes, but the header alone needs 58");
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void survivesRandomDamage() throws IOException {
        byte[] original = fuzzed();
        Fuzz.rounds(1000, random -> damageAndOpen(original, random));
    }

    @Test
    @Tag("slow")
    void survivesMinutesOfRandomDamage() throws IOException {
        byte[] original = fuzzed();
        Fuzz.minutes(random -> damageAndOpen(original, random));
    }

    private byte[] fuzzed() throws IOException {
        Path good = folder.resolve("good");
        SafetensorsWriter.write(
                good,
                List.of(entry("a.b", SafeType.F32, new byte[24], 2, 3), entry("c", SafeType.U8, new byte[5], 5)),
                Map.of("k", "v"));
        return Files.readAllBytes(good);
    }

    /** However a file is damaged, it opens with data inside its bounds or fails with a {@link Failure}, never otherwise. */
    private void damageAndOpen(byte[] original, Random random) throws IOException {
        Path damaged = Files.write(folder.resolve("damaged"), Damage.bytes(original, random));
        try (SafetensorsFile read = SafetensorsFile.open(damaged)) {
            for (SafeEntry entry : read.entries()) {
                assertThat(entry.data().toArray(ValueLayout.JAVA_BYTE))
                        .hasSize((int) entry.data().byteSize());
            }
        }
    }
}
