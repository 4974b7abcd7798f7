package dev.mojave.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.mojave.base.Failure;
import dev.mojave.data.catalog.Imports;
import dev.mojave.data.corpus.DatasetInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Encodings are detected and converted, compressed files are read, and other kinds of files are refused by name. */
class EncodingsTest {
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    @TempDir
    Path folder;

    private Imports imports = new Imports(Path.of("unset"));

    @BeforeEach
    void imports() {
        imports = new Imports(folder);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] zstd(String text) {
        return Zstd.compress(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    @Test
    void theEncodingIsNamedAndConvertedWhenAsked() throws IOException {
        String text = "It\u2019s a \u201cquote\u201d \u2013 caf\u00e9\n".repeat(3);
        Path windows = imports.write("cp1252.txt", text, WINDOWS);
        imports.refused(
                Failure.Kind.DATA,
                windows,
                "cp1252.txt is not UTF-8: byte 2 (0x92) on line 1",
                "Windows-1252",
                "--encoding windows-1252");
        assertThat(imports.encoding("windows-1252").texts(windows)).containsExactly(text);
        Path latin = imports.write("latin.txt", "caf\u00e9 \u00fcber\n", StandardCharsets.ISO_8859_1);
        imports.refused(Failure.Kind.DATA, latin, "byte 3 (0xe9)", "Latin-1", "--encoding ISO-8859-1");
        assertThat(imports.encoding("latin1").texts(latin)).containsExactly("caf\u00e9 \u00fcber\n");
        Path russian = imports.write(
                "russian.txt",
                "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440\n",
                Charset.forName("windows-1251"));
        imports.refused(Failure.Kind.DATA, russian, "a non-Latin script", "windows-1251", "--encoding NAME");
        Path mixed = imports.write(
                "mixed.txt",
                joined("caf\u00e9 caf\u00e9\n".getBytes(StandardCharsets.UTF_8), new byte[] {(byte) 0xe9, '\n'}));
        imports.refused(
                Failure.Kind.DATA, mixed, "byte 12 (0xe9) on line 2", "though the text around it is", "iconv -c");
        Path cut = imports.write("cut.txt", new byte[] {'a', (byte) 0xe6, (byte) 0xbc});
        imports.refused(Failure.Kind.DATA, cut, "byte 1 (0xe6) on line 1", "ends in the middle of a character");
        imports.encoding("latin-one")
                .refused(Failure.Kind.USAGE, latin, "--encoding: 'latin-one' is not a character set");
        imports.encoding("US-ASCII")
                .refused(
                        Failure.Kind.DATA,
                        latin,
                        "is not US-ASCII: byte 3",
                        "not in the encoding given with --encoding");
    }

    @Test
    void utf16IsToldByItsMarkOrItsZeroes() throws IOException {
        String table = "text,label\nGr\u00fcn ist die Hoffnung,x\n";
        Path marked = imports.write("utf16.csv", "\uFEFF" + table, StandardCharsets.UTF_16LE);
        imports.refused(
                Failure.Kind.DATA, marked, "utf16.csv is UTF-16 according to its byte-order mark", "--encoding UTF-16");
        assertThat(imports.encoding("UTF-16").texts(marked)).containsExactly("Gr\u00fcn ist die Hoffnung");
        Path big = imports.write("big.csv", "\uFEFF" + table, StandardCharsets.UTF_16BE);
        assertThat(imports.encoding("UTF-16").texts(big)).containsExactly("Gr\u00fcn ist die Hoffnung");
        imports.encoding("windows-1252")
                .refused(Failure.Kind.DATA, marked, "is UTF-16 according to its byte-order mark, not windows-1252");
        Path bare = imports.write("bare.csv", table, StandardCharsets.UTF_16LE);
        imports.refused(Failure.Kind.DATA, bare, "every second byte is zero", "--encoding UTF-16LE");
        assertThat(imports.encoding("UTF-16LE").texts(bare)).containsExactly("Gr\u00fcn ist die Hoffnung");
        Path utf8 = imports.write("utf8.txt", "\uFEFFtext\n");
        imports.encoding("latin1")
                .refused(Failure.Kind.DATA, utf8, "is UTF-8 according to its byte-order mark", "without --encoding");
        assertThat(imports.encoding("utf-8-sig").texts(utf8)).containsExactly("text\n");
    }

    @Test
    void marksInsideTheTextAreRemovedAndCounted() throws IOException {
        Path file = imports.write("parts.txt", "\uFEFFone\n\uFEFFtwo\n\uFEFFthree\n");
        DatasetInfo info = imports.add(file);
        assertThat(info.notes()).containsExactly("removed 2 byte-order marks (U+FEFF) inside the text");
        assertThat(imports.documents("set").getFirst().text()).isEqualTo("one\ntwo\nthree\n");
        Path lines = imports.write("lines.jsonl", "{\"text\": \"\\ufeffa\"}\n\uFEFF{\"text\": \"b\"}\n");
        assertThat(imports.texts(lines)).containsExactly("a", "b");
        Path one = imports.write("one.txt", "\uFEFFone\n");
        assertThat(imports.add(one).notes()).isEmpty();
    }

    @Test
    void compressedFilesAreReadByTheirFirstBytes() throws IOException {
        assertThat(imports.texts(imports.write("a.txt.gz", gzip("some text")))).containsExactly("some text");
        assertThat(imports.texts(imports.write("a.jsonl.gz", gzip("{\"text\": \"a\"}\n"))))
                .containsExactly("a");
        assertThat(imports.texts(imports.write("a.csv.zst", zstd("text,label\na,b\n"))))
                .containsExactly("a");
        assertThat(imports.texts(imports.write("b.txt", zstd("unusual name")))).containsExactly("unusual name");
        byte[] members = joined(gzip("first "), gzip("second"));
        assertThat(imports.texts(imports.write("two.gz", members))).containsExactly("first second");
        byte[] frames = joined(new byte[] {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9}, zstd("first "), zstd("second"));
        assertThat(imports.texts(imports.write("two.zst", frames))).containsExactly("first second");
        assertThat(imports.encoding("UTF-8")
                        .texts(imports.write("plain.gz", "not packed".getBytes(StandardCharsets.UTF_8))))
                .containsExactly("not packed");
    }

    @Test
    void aDamagedCompressedFileIsNamed() throws IOException {
        byte[] gzip = gzip("some text that is long enough to be cut. ".repeat(200));
        imports.refused(
                Failure.Kind.DATA,
                imports.write("cut.txt.gz", Arrays.copyOf(gzip, gzip.length - 20)),
                "cut.txt.gz is compressed and was cut off");
        byte[] zstd = zstd("some text that is long enough to be cut. ".repeat(200));
        imports.refused(
                Failure.Kind.DATA,
                imports.write("cut.txt.zst", Arrays.copyOf(zstd, zstd.length - 5)),
                "cut.txt.zst is compressed and was cut off");
        byte[] wrong = gzip.clone();
        wrong[gzip.length - 6] ^= 1;
        imports.refused(Failure.Kind.DATA, imports.write("wrong.gz", wrong), "wrong.gz is compressed and damaged");
    }

    @Test
    void otherFilesAreRefusedByName() throws IOException {
        refused("a.zip", "PK\003\004rest", "is a zip archive", "unpack it first");
        refused("a.docx", "PK\003\004rest", ".docx");
        refused("a.parquet", "PAR1\025rest", "a Parquet file");
        refused("a.bz2", "BZh91AY&SYrest", "bzip2", "bzcat FILE | mojave data import /dev/stdin");
        refused("a.xz", "\u00fd7zXZ\0rest", "compressed with xz");
        refused("a.pdf", "%PDF-1.4", "a PDF", "pdftotext");
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        imports.refused(Failure.Kind.DATA, imports.write("a.tar", tar), "is a tar archive");
        imports.refused(
                Failure.Kind.DATA,
                imports.write("a.tar.gz", gzip(new String(tar, StandardCharsets.ISO_8859_1))),
                "is a tar archive");
        assertThat(imports.texts(imports.write("bz.txt", "BZh is not bzip2"))).containsExactly("BZh is not bzip2");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only there are open files listed")
    void aFileThatIsRefusedIsClosed() throws IOException {
        byte[] header = gzip("text");
        header[2] = 1;
        for (Path file : List.of(
                imports.write("a.pdf", "%PDF-1.4"),
                imports.write("utf16.txt", "\uFEFFtext", StandardCharsets.UTF_16LE),
                imports.write("utf16.txt.gz", gzip("t\0e\0x\0t\0")),
                imports.write("damaged.gz", header))) {
            SourceFile source = new SourceFile(file, String.valueOf(file.getFileName()));
            assertThatThrownBy(() -> TextSource.open(source, ReadOptions.DEFAULTS))
                    .isInstanceOf(Failure.class);
            assertThat(openFiles()).doesNotContain(file.toRealPath());
        }
        Path fine = imports.write("fine.txt", "text");
        try (TextSource _ = TextSource.open(fine)) {
            assertThat(openFiles()).contains(fine.toRealPath());
        }
    }

    private static List<Path> openFiles() throws IOException {
        List<Path> open = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    open.add(Files.readSymbolicLink(descriptor));
                } catch (NoSuchFileException e) {
                    // Another thread has closed it in the meantime.
                }
            }
        }
        return open;
    }

    private void refused(String name, String content, String... parts) throws IOException {
        imports.refused(Failure.Kind.DATA, imports.write(name, content, StandardCharsets.ISO_8859_1), parts);
    }

    @Test
    void aRowWithoutAnEndIsRefusedBeforeItFillsTheMemory() throws IOException {
        byte[] bomb = gzip("{\"text\": \"" + "a".repeat(70_000_000));
        assertThat(bomb.length).isLessThan(100_000);
        imports.refused(
                Failure.Kind.DATA,
                imports.write("bomb.jsonl.gz", bomb),
                "the row is longer than the limit of 67,108,864 characters");
    }
}
