package dev.mojave.data.tokenizer.bpe;

import java.util.Arrays;

/** The pieces that are a single token: a hash table with open addressing from bytes to id. */
final class PieceTable {
    static final int ABSENT = -1;

    private final long[] keys;
    private final int[] ids;
    private final byte[][] bytesOf;

    /**
     * Creates the table.
     *
     * @param bytesOf the bytes of each id
     * @param members the ids in the table
     */
    PieceTable(byte[][] bytesOf, int... members) {
        int slots = Integer.highestOneBit(Math.max(8, members.length * 4));
        this.keys = new long[slots];
        this.ids = new int[slots];
        this.bytesOf = bytesOf;
        for (int id : members) {
            byte[] padded = PieceKeys.padded(bytesOf[id]);
            long key = PieceKeys.key(padded, 0, bytesOf[id].length);
            int slot = slot(key);
            while (keys[slot] != 0) {
                slot = slot + 1 & slots - 1;
            }
            keys[slot] = key;
            ids[slot] = id;
        }
    }

    /** Returns the id of a piece, or {@link #ABSENT}; {@link PieceKeys#PADDING} bytes must follow it. */
    int find(byte[] bytes, int from, int to) {
        long key = PieceKeys.key(bytes, from, to);
        for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
            if (keys[slot] == key && (!PieceKeys.isHash(key) || equal(ids[slot], bytes, from, to))) {
                return ids[slot];
            }
        }
        return ABSENT;
    }

    private boolean equal(int id, byte[] bytes, int from, int to) {
        return Arrays.equals(bytesOf[id], 0, bytesOf[id].length, bytes, from, to);
    }

    private int slot(long key) {
        return (int) PieceKeys.mix(key) & keys.length - 1;
    }
}
