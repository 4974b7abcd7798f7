package dev.mojave.data.source;

import dev.mojave.base.Failure;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Detects the encoding of a file that is not in the expected one, from its first bytes or from the bytes that cannot be decoded, and
 * suggests a remedy.
 */
final class Encodings {
    /** A byte-order mark. Longer ones are listed first, because the mark of UTF-32 begins with that of UTF-16. */
    private record Mark(String encoding, List<Integer> bytes) {}

    private static final List<Mark> MARKS = List.of(
            new Mark("UTF-32", List.of(0xFF, 0xFE, 0, 0)),
            new Mark("UTF-32", List.of(0, 0, 0xFE, 0xFF)),
            new Mark("UTF-16", List.of(0xFF, 0xFE)),
            new Mark("UTF-16", List.of(0xFE, 0xFF)),
            new Mark("UTF-8", List.of(0xEF, 0xBB, 0xBF)));

    private Encodings() {}

    /**
     * Checks the first bytes of a file.
     *
     * @param named whether the user named the encoding
     * @throws Failure of kind DATA if they show that the file is in another encoding
     */
    static void require(SourceFile file, byte[] first, Charset charset, boolean named) {
        for (Mark mark : MARKS) {
            if (starts(first, mark)) {
                if (charset.name().startsWith(mark.encoding())) {
                    return;
                }
                throw Failure.data(
                        "%s is %s according to its byte-order mark, not %s; %s",
                        file.shown(),
                        mark.encoding(),
                        charset.name(),
                        named && mark.encoding().equals("UTF-8")
                                ? "import it without --encoding"
                                : "import it with --encoding " + mark.encoding());
            }
        }
        if (!named) {
            utf16(file, first);
        }
    }

    /** Text in UTF-16 that is mostly Latin has a zero byte at every second position. */
    private static void utf16(SourceFile file, byte[] first) {
        int[] zeros = new int[2];
        for (int i = 0; i < first.length; i++) {
            zeros[i % 2] += first[i] == 0 ? 1 : 0;
        }
        int half = first.length / 2;
        if (half > 0 && Math.max(zeros[0], zeros[1]) * 2 > half && Math.min(zeros[0], zeros[1]) * 20 <= half) {
            throw Failure.data(
                    "%s is not UTF-8: every second byte is zero, as in UTF-16 without a byte-order mark; import it with"
                            + " --encoding %s",
                    file.shown(), zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE");
        }
    }

    private static boolean starts(byte[] first, Mark mark) {
        if (first.length < mark.bytes().size()) {
            return false;
        }
        for (int i = 0; i < mark.bytes().size(); i++) {
            if ((first[i] & 0xff) != mark.bytes().get(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns a failure that says what the bytes that cannot be decoded look like.
     *
     * @param rest the buffer, positioned at the first of them
     * @param base offset in the file of the first byte of the buffer
     * @param ended whether nothing follows the buffer
     * @param beyondAscii number of non-ASCII characters decoded so far
     */
    static Failure notText(
            SourceFile file, Charset charset, ByteBuffer rest, long base, long line, boolean ended, long beyondAscii) {
        int first = rest.get(rest.position()) & 0xff;
        String advice = charset.equals(StandardCharsets.UTF_8)
                ? utf8Advice(rest.duplicate(), ended, beyondAscii)
                : "; it is damaged or not in the encoding given with --encoding";
        return Failure.data(
                "%s is not %s: byte %d (0x%02x) on line %d%s",
                file.shown(), charset.name(), base + rest.position(), first, line, advice);
    }

    private static String utf8Advice(ByteBuffer rest, boolean ended, long beyondAscii) {
        if (ended && isCutOff(rest)) {
            return ": the file ends in the middle of a character; fetch or write it again, or leave it out";
        }
        long[] good = {beyondAscii};
        int bad = broken(rest.duplicate(), good);
        if (good[0] > 0 && good[0] >= bad) {
            return ", although the text around it is; correct it, or drop such bytes with: iconv -c -f UTF-8 -t UTF-8";
        }
        int high = 0;
        int together = 0;
        int c1 = 0;
        for (int i = rest.position(); i < rest.limit(); i++) {
            int b = rest.get(i) & 0xff;
            boolean next = i + 1 < rest.limit() && rest.get(i + 1) < 0;
            high += b >= 0x80 ? 1 : 0;
            together += b >= 0x80 && next ? 1 : 0;
            c1 += b >= 0x80 && b < 0xa0 ? 1 : 0;
        }
        if (high > 4 && together * 2 > high) {
            return "; its bytes look like a non-Latin script in a legacy encoding such as GB18030, Big5, Shift_JIS,"
                    + " EUC-KR, windows-1251 or KOI8-R; if you know which, import it with --encoding NAME";
        }
        return c1 > 0
                ? "; it looks like Windows-1252, whose quotation marks and dashes are bytes that cannot begin a"
                        + " character in UTF-8 (0x80 to 0x9f); import it with --encoding windows-1252"
                : "; it looks like Latin-1 (ISO-8859-1, Western European); import it with --encoding ISO-8859-1";
    }

    private static boolean isCutOff(ByteBuffer rest) {
        int lead = rest.get(rest.position()) & 0xff;
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        // A single byte at the end may just as well be a letter in Latin-1.
        if (lead < 0xc2 || lead > 0xf4 || rest.remaining() < 2 || rest.remaining() >= length) {
            return false;
        }
        for (int i = rest.position() + 1; i < rest.limit(); i++) {
            if ((rest.get(i) & 0xc0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Returns the number of places that are not UTF-8, and adds the number of non-ASCII characters that are to {@code good[0]}. */
    private static int broken(ByteBuffer rest, long[] good) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(1 << 12);
        int bad = 0;
        while (true) {
            CoderResult result = decoder.decode(rest, out, false);
            out.flip();
            while (out.hasRemaining()) {
                good[0] += out.get() >= 0x80 ? 1 : 0;
            }
            out.clear();
            if (result.isError()) {
                bad++;
                rest.position(rest.position() + result.length());
            } else if (result.isUnderflow()) {
                return bad;
            }
        }
    }
}
