package dev.mojave.data.tokenizer.bpe;

/** The merges of adjacent tokens: a hash table with open addressing from pairs of ids to rank and merged id. */
public final class PairTable {
    /** The value of a pair that does not merge, greater than that of every merge. */
    static final long NONE = Long.MAX_VALUE;

    private final long[] keys;
    private final long[] merges;

    /** Creates a table with room for the given number of pairs. */
    public PairTable(int pairs) {
        int slots = Integer.highestOneBit(Math.max(8, pairs * 4));
        keys = new long[slots];
        merges = new long[slots];
    }

    /** Adds a merge; it replaces an earlier merge of the same pair, as in Hugging Face's library. */
    public void put(int left, int right, int rank, int id) {
        long key = key(left, right);
        int slot = slot(key);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
        merges[slot] = (long) rank << 32 | id;
    }

    /** Returns {@code rank << 32 | id} of a pair, or {@link #NONE}; the pair with the smaller value merges first. */
    long find(int left, int right) {
        long key = key(left, right);
        for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
            if (keys[slot] == key) {
                return merges[slot];
            }
        }
        return NONE;
    }

    private static long key(int left, int right) {
        return (left + 1L) << 32 | right;
    }

    private int slot(long key) {
        return (int) PieceKeys.mix(key) & keys.length - 1;
    }
}
