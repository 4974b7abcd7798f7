package dev.mojave.data.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's spelling of bytes as printable characters: the printable bytes of Latin-1 stand for themselves, the 68 others for
 * U+0100 upwards in ascending order.
 */
final class ByteLevel {
    private static final int[] BYTE_OF = new int[0x100 + 68];

    static {
        Arrays.fill(BYTE_OF, -1);
        int next = 0x100;
        for (int value = 0; value < 0x100; value++) {
            boolean printable = (value > ' ' && value < 0x7f) || (value > 0xa0 && value != 0xad);
            BYTE_OF[printable ? value : next++] = value;
        }
    }

    private ByteLevel() {}

    /** Returns the bytes that a token's spelling stands for; a character that is no spelling stands for itself. */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTE_OF[c];
        }
        return bytes;
    }
}
