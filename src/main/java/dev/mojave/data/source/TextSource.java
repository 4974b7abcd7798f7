package dev.mojave.data.source;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;

/**
 * Reads a file strictly in its encoding, UTF-8 unless the user names another: the first byte that cannot be decoded, or a zero character,
 * is a failure that gives its position. Compressed files are unpacked. Byte-order marks are removed, at the start and also inside the
 * text, where they come from concatenated files; those inside are counted.
 */
public final class TextSource extends Reader {
    /** Maximum length of a row, a line or an object in UTF-16 code units, since it is held in memory as a whole. */
    private static final long LONGEST_ROW = 1L << 26;

    private final SourceFile file;
    private final InputStream in;
    private final Charset charset;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).limit(0);
    /** Offset in the (unpacked) file of the first byte of the buffer. */
    private long base;

    private long line = 1;
    private long marks;
    private long sinceRow;
    private boolean inRows;
    private boolean ended;
    private boolean started;
    private long beyondAscii;
    /** A character that was decoded but not returned yet; 0 for none. */
    private char held;

    private TextSource(SourceFile file, InputStream in, Charset charset) {
        this.file = file;
        this.in = in;
        this.charset = charset;
        this.decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    /** Opens a file with the default options. */
    public static TextSource open(Path file) {
        return open(new SourceFile(file, String.valueOf(file.getFileName())), ReadOptions.DEFAULTS);
    }

    /**
     * Opens a file.
     *
     * @throws Failure of kind DATA if its first bytes are those of something else, USAGE for an encoding that does not exist
     */
    public static TextSource open(SourceFile file, ReadOptions reading) {
        Charset charset = reading.charset();
        return new TextSource(file, SourceBytes.open(file, reading), charset);
    }

    /** Starts a row; after the first call, rows that are too long are refused. */
    public void startRow() {
        inRows = true;
        sinceRow = 0;
    }

    /** Returns the number of byte-order marks that were removed inside the text. */
    public long marks() {
        return marks;
    }

    /** Reads at least one character unless the file is at its end. */
    @Override
    public int read(char[] target, int offset, int length) {
        if (length < 2) {
            return readOne(target, offset, length);
        }
        CharBuffer out = CharBuffer.wrap(target, offset, length).slice();
        if (held != 0) {
            out.put(held);
            held = 0;
        }
        while (out.position() == 0) {
            CoderResult result = decoder.decode(bytes, out, ended);
            removeMarks(out);
            if (out.position() == 0 && result.isError()) {
                throw Encodings.notText(file, charset, bytes, base, line, ended, beyondAscii);
            }
            if (out.position() == 0 && result.isUnderflow()) {
                if (ended) {
                    return -1;
                }
                refill();
            }
        }
        return checked(target, offset, out.position());
    }

    /** Reads a single character. Two are decoded, because they may be a surrogate pair, and the second is kept for the next call. */
    private int readOne(char[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        char[] pair = new char[2];
        int n = read(pair, 0, 2);
        if (n > 0) {
            target[offset] = pair[0];
            held = n == 2 ? pair[1] : 0;
        }
        return Math.min(n, 1);
    }

    private void removeMarks(CharBuffer out) {
        int kept = 0;
        for (int i = 0; i < out.position(); i++) {
            char c = out.get(i);
            if (c != '\uFEFF') {
                out.put(kept++, c);
            } else if (started) {
                marks++;
            }
            started = true;
        }
        out.position(kept);
    }

    private int checked(char[] target, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            char c = target[i];
            if (c == '\n') {
                line++;
            } else if (c >= 0x80) {
                beyondAscii++;
            } else if (c == 0) {
                throw Failure.data(
                        "%s is not text: line %d has a zero byte; unpack the file or convert it to %s",
                        file.shown(), line, charset.name());
            }
        }
        sinceRow += length;
        if (inRows && sinceRow > LONGEST_ROW) {
            throw Failure.data(
                    "%s line %d: the row is longer than the limit of %,d characters; check its quotation marks and"
                            + " line ends, or read the file as plain text with --format text",
                    file.shown(), line, LONGEST_ROW);
        }
        return length;
    }

    private void refill() {
        base += bytes.position();
        bytes.compact();
        try {
            int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
            ended = n < 0;
            bytes.position(bytes.position() + Math.max(0, n)).flip();
        } catch (IOException e) {
            throw SourceBytes.failure(file, e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
