package dev.mojave.data.tokenizer.library;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's compiled table of replacements, the {@code precompiled_charsmap} of a {@code tokenizer.json}: Base64 of the size of a
 * trie in bytes (32 bits, little-endian), the trie, and the zero-terminated replacements in UTF-8.
 *
 * <p>The trie is a double array of 32-bit units. From position p the byte c leads to unit p xor c, which must carry c as its label (bits 0
 * to 7, and bit 31 unset); its offset (bits 10 to 31, times 256 where bit 9 is set) xor its own index is the next position. If bit 8 is
 * set, bits 0 to 30 of the unit at that next position are the start of the replacement. The library does not check bounds, so a damaged
 * trie makes it read outside the array.
 */
final class Charsmap {
    private static final int LABEL = 0x800000FF;

    private final int[] units;
    private final byte[] replacements;

    private Charsmap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /** Returns whether every text can be looked up in a table. */
    static boolean usable(String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return false;
        }
        // Java's decoder accepts missing padding and leftover bits; the library's does not.
        if (bytes.length < 8 || !Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            return false;
        }
        ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = content.getInt();
        if (size < Integer.BYTES || size > content.remaining()) {
            return false;
        }
        int[] units = new int[size / Integer.BYTES];
        content.asIntBuffer().get(units);
        content.position(content.position() + units.length * Integer.BYTES);
        byte[] replacements = new byte[content.remaining()];
        content.get(replacements);
        return isUtf8(replacements) && new Charsmap(units, replacements).sound();
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether every position that some text leads to is valid. */
    private boolean sound() {
        BitSet seen = new BitSet();
        Deque<Integer> open = new ArrayDeque<>();
        open.add(offset(units[0]));
        while (!open.isEmpty()) {
            int position = open.remove();
            if (seen.get(position)) {
                continue;
            }
            seen.set(position);
            for (int value = 1; value < 0x100; value++) {
                int index = position ^ value;
                if (index >= units.length) {
                    return false;
                }
                if ((units[index] & LABEL) != value) {
                    continue;
                }
                int next = index ^ offset(units[index]);
                if ((units[index] & 0x100) != 0 && (next >= units.length || !begins(units[next] & 0x7FFFFFFF))) {
                    return false;
                }
                open.add(next);
            }
        }
        return true;
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & 0x200) >>> 6);
    }

    /** Whether a replacement can begin at an index: at the first byte of a character, or at the end, where it is empty. */
    private boolean begins(int index) {
        return index == replacements.length || (index < replacements.length && (replacements[index] & 0xC0) != 0x80);
    }
}
