package dev.mojave.data.tokenizer.bpe;

import java.util.Arrays;

/** Counts pieces of text. The distinct pieces are stored in one array of bytes and found through a hash table with open addressing. */
final class PieceCounter {
    private long[] keys = new long[1 << 12];
    private int[] pieceAt = new int[1 << 12];
    private byte[] bytes = new byte[1 << 14];
    /** The start of each piece in {@link #bytes}; a piece ends where the next begins. */
    private int[] starts = new int[1 << 11];

    private long[] counts = new long[1 << 11];
    private int size;

    /** Counts the pieces of a text. */
    void count(String text) {
        byte[] utf8 = PieceKeys.padded(text);
        int to = utf8.length - PieceKeys.PADDING;
        int from = 0;
        while (from < to) {
            int end = Gpt2Scanner.end(utf8, from, to);
            count(utf8, from, end, 1);
            from = end;
        }
    }

    /** Adds the counts of another counter. */
    void addAll(PieceCounter other) {
        for (int piece = 0; piece < other.size; piece++) {
            count(other.bytes, other.starts[piece], other.starts[piece + 1], other.counts[piece]);
        }
    }

    private void count(byte[] source, int from, int to, long times) {
        long key = PieceKeys.key(source, from, to);
        int slot = (int) PieceKeys.mix(key) & keys.length - 1;
        while (keys[slot] != 0) {
            int piece = pieceAt[slot];
            if (keys[slot] == key
                    && (!PieceKeys.isHash(key)
                            || Arrays.equals(bytes, starts[piece], starts[piece + 1], source, from, to))) {
                counts[piece] += times;
                return;
            }
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
        pieceAt[slot] = add(source, from, to, times);
        if (size * 2 > keys.length) {
            rehash();
        }
    }

    private int add(byte[] source, int from, int to, long times) {
        int start = starts[size];
        int end = Math.addExact(start, to - from);
        if (end + PieceKeys.PADDING > bytes.length) {
            bytes = Arrays.copyOf(bytes, grown(bytes.length, end + PieceKeys.PADDING));
        }
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, grown(starts.length, size + 2));
            counts = Arrays.copyOf(counts, starts.length);
        }
        System.arraycopy(source, from, bytes, start, to - from);
        starts[size + 1] = end;
        counts[size] = times;
        return size++;
    }

    private static int grown(int length, int needed) {
        return Math.max(needed, length + (length >> 1));
    }

    private void rehash() {
        keys = new long[keys.length * 2];
        pieceAt = new int[keys.length];
        for (int piece = 0; piece < size; piece++) {
            long key = PieceKeys.key(bytes, starts[piece], starts[piece + 1]);
            int slot = (int) PieceKeys.mix(key) & keys.length - 1;
            while (keys[slot] != 0) {
                slot = slot + 1 & keys.length - 1;
            }
            keys[slot] = key;
            pieceAt[slot] = piece;
        }
    }

    /** Returns a counter with only the pieces that occur more than {@code count} times. */
    PieceCounter above(long count) {
        PieceCounter kept = new PieceCounter();
        for (int piece = 0; piece < size; piece++) {
            if (counts[piece] > count) {
                kept.count(bytes, starts[piece], starts[piece + 1], counts[piece]);
            }
        }
        return kept;
    }

    /** Returns the number of distinct pieces. */
    int size() {
        return size;
    }

    /** Returns the total length of the distinct pieces in bytes. */
    int totalBytes() {
        return starts[size];
    }

    /** Returns the number of occurrences of a piece. */
    long count(int piece) {
        return counts[piece];
    }

    /** Returns the length of a piece in bytes. */
    int length(int piece) {
        return starts[piece + 1] - starts[piece];
    }

    /** Returns a byte of a piece, from 0 to 255. */
    int byteAt(int piece, int index) {
        return bytes[starts[piece] + index] & 0xff;
    }
}
