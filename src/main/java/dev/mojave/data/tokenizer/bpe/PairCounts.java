package dev.mojave.data.tokenizer.bpe;

import java.util.Arrays;

/** The counts of adjacent pairs of ids, and the pieces in which pairs were found since the last call of {@link #takeFound}. */
final class PairCounts {
    /** Receives a pair and the pieces in which it was found. */
    @FunctionalInterface
    interface Found {
        void accept(long pair, IntList pieces);
    }

    private static final int EMPTY = -1;

    private int[] entryAt = filled(1 << 16);
    private long[] pairs = new long[1 << 15];
    private long[] counts = new long[1 << 15];
    private @org.jspecify.annotations.Nullable IntList[] pieces = new IntList[1 << 15];
    private int size;
    private int[] found = new int[1 << 10];
    private int foundSize;

    private static int[] filled(int length) {
        int[] slots = new int[length];
        Arrays.fill(slots, EMPTY);
        return slots;
    }

    /** Increases the count of a pair and records the piece. */
    void add(long pair, long times, int piece) {
        int entry = entry(pair);
        counts[entry] += times;
        IntList list = pieces[entry];
        if (list == null) {
            list = new IntList();
            pieces[entry] = list;
            if (foundSize == found.length) {
                found = Arrays.copyOf(found, foundSize * 2);
            }
            found[foundSize++] = entry;
        }
        list.add(piece);
    }

    /** Decreases the count of a pair. */
    void subtract(long pair, long times) {
        counts[entry(pair)] -= times;
    }

    /** Returns the count of a pair. */
    long count(long pair) {
        return counts[entry(pair)];
    }

    /** Passes on what {@link #add} recorded since the last call. */
    void takeFound(Found consumer) {
        for (int i = 0; i < foundSize; i++) {
            int entry = found[i];
            IntList list = pieces[entry];
            pieces[entry] = null;
            if (list != null) {
                consumer.accept(pairs[entry], list);
            }
        }
        foundSize = 0;
    }

    private int entry(long pair) {
        int slot = (int) PieceKeys.mix(pair) & entryAt.length - 1;
        while (entryAt[slot] != EMPTY) {
            if (pairs[entryAt[slot]] == pair) {
                return entryAt[slot];
            }
            slot = slot + 1 & entryAt.length - 1;
        }
        if (size == pairs.length) {
            grow();
            return entry(pair);
        }
        pairs[size] = pair;
        entryAt[slot] = size;
        return size++;
    }

    private void grow() {
        int capacity = size * 2;
        pairs = Arrays.copyOf(pairs, capacity);
        counts = Arrays.copyOf(counts, capacity);
        pieces = Arrays.copyOf(pieces, capacity);
        entryAt = filled(capacity * 2);
        for (int entry = 0; entry < size; entry++) {
            int slot = (int) PieceKeys.mix(pairs[entry]) & entryAt.length - 1;
            while (entryAt[slot] != EMPTY) {
                slot = slot + 1 & entryAt.length - 1;
            }
            entryAt[slot] = entry;
        }
    }
}
