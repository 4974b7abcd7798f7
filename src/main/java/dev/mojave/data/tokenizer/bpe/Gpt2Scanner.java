package dev.mojave.data.tokenizer.bpe;

/**
 * GPT-2's pre-tokenizer for UTF-8 bytes, a hand-written scanner for its regular expression
 * {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+} (Radford et al. 2019). Words, numbers and runs of
 * other characters include one preceding space; of several white-space characters before one of these, the last is left to it.
 */
final class Gpt2Scanner {
    private Gpt2Scanner() {}

    /**
     * Returns the end of the piece that begins at {@code from}.
     *
     * @param utf8 valid UTF-8
     * @param from start of a piece, before {@code to}
     * @param to end of the text
     */
    static int end(byte[] utf8, int from, int to) {
        byte first = utf8[from];
        if (first == '\'') {
            int contraction = contraction(utf8, from, to);
            if (contraction > 0) {
                return from + contraction;
            }
        }
        int at = first == ' ' && from + 1 < to ? from + 1 : from;
        byte kind = kind(utf8, at);
        return kind == CharClass.SPACE ? spaces(utf8, from, to) : run(utf8, at, to, kind);
    }

    /** Returns the length of a contraction {@code 's 't 'm 'd 're 've 'll}, or 0. */
    private static int contraction(byte[] utf8, int from, int to) {
        if (from + 1 >= to) {
            return 0;
        }
        return switch (utf8[from + 1]) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> from + 2 < to && utf8[from + 2] == 'e' ? 3 : 0;
            case 'l' -> from + 2 < to && utf8[from + 2] == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    /**
     * Returns the end of a run of white space: all of it if it ends the text or is a single character, otherwise all but the last
     * character.
     */
    private static int spaces(byte[] utf8, int from, int to) {
        int last = from;
        int at = from;
        while (at < to && kind(utf8, at) == CharClass.SPACE) {
            last = at;
            at += width(utf8[at]);
        }
        return at == to || last == from ? at : last;
    }

    private static int run(byte[] utf8, int from, int to, byte kind) {
        int at = from;
        while (at < to) {
            byte c = utf8[at];
            if (c >= 0) {
                if (CharClass.LATIN[c] != kind) {
                    return at;
                }
                at++;
            } else {
                if (CharClass.of(codePoint(utf8, at)) != kind) {
                    return at;
                }
                at += width(c);
            }
        }
        return at;
    }

    private static byte kind(byte[] utf8, int at) {
        return utf8[at] >= 0 ? CharClass.LATIN[utf8[at]] : CharClass.of(codePoint(utf8, at));
    }

    private static int width(byte first) {
        return first >= 0 ? 1 : first < (byte) 0xe0 ? 2 : first < (byte) 0xf0 ? 3 : 4;
    }

    private static int codePoint(byte[] utf8, int at) {
        int first = utf8[at];
        return switch (width(utf8[at])) {
            case 2 -> (first & 0x1f) << 6 | rest(utf8, at + 1);
            case 3 -> (first & 0x0f) << 12 | rest(utf8, at + 1) << 6 | rest(utf8, at + 2);
            default -> (first & 0x07) << 18 | rest(utf8, at + 1) << 12 | rest(utf8, at + 2) << 6 | rest(utf8, at + 3);
        };
    }

    private static int rest(byte[] utf8, int at) {
        return utf8[at] & 0x3f;
    }
}
