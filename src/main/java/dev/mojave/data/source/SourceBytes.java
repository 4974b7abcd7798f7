package dev.mojave.data.source;

import com.github.luben.zstd.ZstdInputStream;
import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Opens files as bytes and decompresses gzip and zstd, which are recognised by their first bytes (text does not begin with them).
 * Everything is streamed, so a small file that decompresses to a large one takes no more memory. Other kinds of files that are recognised
 * by their first bytes are refused with a message that names the kind.
 */
public final class SourceBytes {
    /** Number of bytes at the start of a file by which its kind is recognised. */
    public static final int FIRST = 512;

    /** A kind of file that is refused: its first bytes, and a message with the remedy. */
    private record Kind(String magic, String message) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    "PK\003\004",
                    "a zip archive (as .docx, .xlsx and .epub are, too): unpack it first, or save it as text"),
            new Kind("PAR1\025", "a Parquet file: convert it to JSON Lines first, for instance with pandas or DuckDB"),
            new Kind("ARROW1\000", "an Arrow file: convert it to JSON Lines first, for instance with pandas or DuckDB"),
            new Kind(
                    "BZh",
                    "compressed with bzip2, which is not supported: unpack it with bunzip2, or pipe it in: bzcat"
                            + " FILE | mojave data import"
                            + " /dev/stdin --name NAME"),
            new Kind(
                    "\u00fd7zXZ",
                    "compressed with xz, which is not supported: unpack it with unxz, or pipe it in: xzcat FILE | mojave data import"
                            + " /dev/stdin --name NAME"),
            new Kind(
                    "\004\"M\030",
                    "compressed with lz4, which is not supported: unpack it with unlz4, or pipe it in: lz4cat FILE |"
                            + " mojave data import"
                            + " /dev/stdin --name NAME"),
            new Kind("7z\u00bc\u00af", "a 7-Zip archive: unpack it first"),
            new Kind("Rar!\032\007", "a RAR archive: unpack it first"),
            new Kind("%PDF-", "a PDF: extract its text first, for instance with pdftotext"),
            new Kind("\u00d0\u00cf\021\u00e0", "an old Microsoft Office file: save it as text or CSV"),
            new Kind("SQLite format 3\000", "an SQLite database: write the table as CSV first"),
            new Kind("\u0093NUMPY", "a NumPy array, not text"),
            new Kind("\u0089HDF", "an HDF5 file, not text"));

    private SourceBytes() {}

    /**
     * Opens a file.
     *
     * @throws Failure of kind DATA if it is not text or not in the expected encoding, USAGE or ENVIRONMENT if it cannot be read
     */
    static InputStream open(SourceFile file, ReadOptions reading) {
        try {
            InputStream packed = buffered(Files.newInputStream(file.path()));
            boolean opened = false;
            try {
                InputStream in = unpacked(packed);
                require(file, first(in), reading);
                opened = true;
                return in;
            } finally {
                if (!opened) {
                    packed.close();
                }
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static InputStream unpacked(InputStream in) throws IOException {
        byte[] first = first(in);
        if (starts(first, "\u001f\u008b")) {
            return buffered(new GZIPInputStream(in, 1 << 16));
        }
        boolean zstd = starts(first, "(\u00b5/\u00fd")
                || (first.length > 3 && (first[0] & 0xf0) == 0x50 && isSkippableFrame(first));
        return zstd ? buffered(new ZstdInputStream(in)) : in;
    }

    /**
     * Checks by its first bytes that a file is text in the expected encoding.
     *
     * @throws Failure of kind DATA if it is not
     */
    public static void require(SourceFile file, byte[] first, ReadOptions reading) {
        requireText(file, first);
        Encodings.require(file, first, reading.charset(), reading.encoding().isPresent());
    }

    private static void requireText(SourceFile file, byte[] first) {
        for (Kind kind : KINDS) {
            // A text may begin with the letters BZh, but only a bzip2 file continues like this.
            boolean same = kind.magic().equals("BZh")
                    ? first.length > 10 && starts(Arrays.copyOfRange(first, 4, 10), "1AY&SY")
                    : starts(first, kind.magic());
            if (same) {
                throw Failure.data("%s is %s", file.shown(), kind.message());
            }
        }
        if (first.length > 262 && starts(Arrays.copyOfRange(first, 257, 262), "ustar")) {
            throw Failure.data("%s is a tar archive: unpack it first (tar -xf), and import the folder", file.shown());
        }
    }

    /** Returns the failure for an exception, which distinguishes a damaged or truncated file from one that cannot be read. */
    public static Failure failure(SourceFile file, IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("Frame requires too much memory")) {
            return Failure.data(
                            "%s is compressed with zstd and a window of more than 128 MiB (zstd --long): unpack it with"
                                    + " zstd -d --long=31, or pipe it in: zstd -dc --long=31 FILE | mojave data"
                                    + " import /dev/stdin --name NAME",
                            file.shown())
                    .because(e);
        }
        if (e instanceof EOFException || message.contains("Truncated source")) {
            return Failure.data("%s is compressed and was cut off; fetch or write it again", file.shown())
                    .because(e);
        }
        if (e instanceof ZipException || e instanceof com.github.luben.zstd.ZstdIOException) {
            return Failure.data("%s is compressed and damaged; fetch or write it again", file.shown())
                    .because(e);
        }
        return IoFailures.of("read the data", file.path(), e);
    }

    private static BufferedInputStream buffered(InputStream in) {
        return new BufferedInputStream(in, 1 << 16);
    }

    private static byte[] first(InputStream in) throws IOException {
        in.mark(FIRST);
        byte[] first = in.readNBytes(FIRST);
        in.reset();
        return first;
    }

    private static boolean starts(byte[] bytes, String magic) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= expected.length
                && Arrays.equals(bytes, 0, expected.length, expected, 0, expected.length);
    }

    /** Whether a file begins with a skippable zstd frame (0x184D2A50 to 0x184D2A5F, little-endian), as those written by pzstd do. */
    private static boolean isSkippableFrame(byte[] first) {
        return first[1] == 0x2a && first[2] == 0x4d && first[3] == 0x18;
    }
}
