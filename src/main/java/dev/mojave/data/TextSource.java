package dev.mojave.data;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file read as strict UTF-8: the first byte that is not, or a zero byte, is a failure that says where it is. A byte-order
 * mark at the start is left out.
 */
final class TextSource extends Reader {
    private final Path file;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).limit(0);
    /** Offset in the file of the first byte of the buffer. */
    private long base;

    private long line = 1;
    private boolean ended;
    private boolean started;
    /** A character that was decoded and not handed out; 0 for none. */
    private char held;

    private TextSource(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    static TextSource open(Path file) {
        try {
            return new TextSource(file, Files.newInputStream(file));
        } catch (IOException e) {
            throw IoFailures.of("read the data", file, e);
        }
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
            skipMark(out);
            if (out.position() == 0) {
                if (result.isError()) {
                    throw notText();
                }
                if (ended) {
                    return -1;
                }
                refill();
            }
        }
        return checked(target, offset, out.position());
    }

    /** A single character may be half of a surrogate pair; the other half waits. */
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

    private void skipMark(CharBuffer out) {
        if (!started && out.position() > 0) {
            started = true;
            if (out.get(0) == '\uFEFF') {
                out.flip().position(1);
                out.compact();
            }
        }
    }

    private int checked(char[] target, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (target[i] == '\n') {
                line++;
            } else if (target[i] == 0) {
                throw Failure.data(
                        "%s is not text: line %d has a zero byte; unpack or convert it, text must be UTF-8",
                        file, line);
            }
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
            throw IoFailures.of("read the data", file, e);
        }
    }

    private Failure notText() {
        return Failure.data(
                "%s is not UTF-8: byte %d (0x%02x) on line %d; convert it, for instance with"
                        + " iconv -f LATIN1 -t UTF-8, or leave it out",
                file, base + bytes.position(), bytes.get(bytes.position()), line);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
