package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.files.WholeText;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Hash table keys for pieces of text. The key of a piece of up to seven bytes consists of the bytes and their number, so equal keys mean
 * equal pieces; the key of a longer piece is a hash, so its bytes must be compared.
 */
public final class PieceKeys {
    /** Number of bytes that must be readable after the end of a piece. */
    static final int PADDING = 8;

    private static final int EXACT = 7;
    private static final long LONG = 0xffL << 56;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private PieceKeys() {}

    /** Returns the UTF-8 bytes of a text and {@link #PADDING} zeros; a lone surrogate becomes U+FFFD. */
    public static byte[] padded(String text) {
        return padded(WholeText.of(text).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] padded(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length + PADDING);
    }

    /** Returns the key of the bytes from {@code from} to {@code to}, never 0. */
    static long key(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length <= EXACT) {
            long word = (long) WORD.get(bytes, from);
            return (word & ((1L << (8 * length)) - 1)) | (long) length << 56;
        }
        long hash = length;
        for (int at = from; at < to - 8; at += 8) {
            hash = mix(hash ^ (long) WORD.get(bytes, at));
        }
        return mix(hash ^ (long) WORD.get(bytes, to - 8)) | LONG;
    }

    /** Returns whether different pieces may have this key. */
    static boolean isHash(long key) {
        return (key & LONG) == LONG;
    }

    /** Mixes the bits of a key (the finaliser of MurmurHash3, which Austin Appleby placed in the public domain). */
    static long mix(long key) {
        long h = key;
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}
