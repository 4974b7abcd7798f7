package dev.mojave.data.tokenizer.vocabulary;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's spelling of bytes as printable characters: the printable characters of Latin-1 spell their own bytes, and the characters from
 * U+0100 upwards spell the 68 other bytes in ascending order.
 */
public final class ByteLevel {
    private static final int[] BYTE_OF = new int[0x100 + 68];
    private static final char[] SPELLING_OF = new char[0x100];
    private static final int[] ID_OF = new int[0x100];

    static {
        Arrays.fill(BYTE_OF, -1);
        int next = 0x100;
        for (int value = 0; value < 0x100; value++) {
            boolean printable = (value > ' ' && value < 0x7f) || (value > 0xa0 && value != 0xad);
            SPELLING_OF[value] = (char) (printable ? value : next++);
            BYTE_OF[SPELLING_OF[value]] = value;
        }
        int id = 0;
        for (int value : BYTE_OF) {
            if (value >= 0) {
                ID_OF[value] = id++;
            }
        }
    }

    private ByteLevel() {}

    /** Returns the bytes that a token spells; a token with a character that spells no byte is taken as ordinary text. */
    public static byte[] bytes(String token) {
        return isSpelling(token) ? spelled(token) : token.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns whether every character of a token spells a byte. */
    public static boolean isSpelling(String token) {
        return token.chars().allMatch(c -> c < BYTE_OF.length && BYTE_OF[c] >= 0);
    }

    private static byte[] spelled(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) BYTE_OF[token.charAt(i)];
        }
        return bytes;
    }

    /** Returns the spelling of bytes. */
    public static String spelling(byte[] bytes) {
        StringBuilder spelling = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            spelling.append(SPELLING_OF[value & 0xff]);
        }
        return spelling.toString();
    }

    /** Returns the rank of a byte in the order of the spellings, which is its id in GPT-2's vocabulary. */
    public static int rank(int value) {
        return ID_OF[value];
    }
}
