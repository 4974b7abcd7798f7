package dev.mojave.data.tokenizer.bpe;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Byte-pair encoding of pieces (Sennrich et al. 2016, on bytes as in GPT-2): repeatedly merges the adjacent pair whose merge was learned
 * first, the leftmost if it occurs several times, until no pair can be merged. Immutable.
 */
public final class BytePairs {
    /** Pieces of up to this many bytes are merged by scanning, longer ones with a priority queue, which avoids quadratic time. */
    private static final int SHORT = 96;

    private final int[] idOfByte;
    private final PairTable pairs;
    private final PieceTable whole;

    /**
     * Creates an encoder.
     *
     * @param bytesOf the bytes of each id
     * @param vocabulary the ids that pieces may be encoded as; all others are added tokens
     * @param idOfByte the id of each byte
     * @param pairs the merges
     * @param wholeFirst whether a piece that is in the vocabulary is encoded as that token regardless of the merges
     */
    public BytePairs(byte[][] bytesOf, int[] vocabulary, int[] idOfByte, PairTable pairs, boolean wholeFirst) {
        this.idOfByte = idOfByte;
        this.pairs = pairs;
        Scratch scratch = new Scratch();
        this.whole = new PieceTable(
                bytesOf,
                IntStream.of(vocabulary)
                        .filter(id -> wholeFirst ? bytesOf[id].length > 0 : isReached(id, bytesOf[id], scratch))
                        .toArray());
    }

    /** Whether merging a token's bytes yields the token; only then may a lookup of the whole piece replace the merges. */
    private boolean isReached(int id, byte[] bytes, Scratch scratch) {
        return bytes.length > 0 && merge(bytes, 0, bytes.length, scratch) == 1 && scratch.ids[0] == id;
    }

    /** Scratch space and output of one encoding at a time. */
    public static final class Scratch {
        private int[] ids = new int[SHORT];
        private long[] merges = new long[SHORT];
        private int[] out = new int[256];
        private int size;

        /** Appends an id. */
        public void add(int id) {
            if (size == out.length) {
                out = Arrays.copyOf(out, size * 2);
            }
            out[size++] = id;
        }

        private void addMerged(int n) {
            for (int i = 0; i < n; i++) {
                add(ids[i]);
            }
        }

        /** Returns the number of ids so far. */
        public int size() {
            return size;
        }

        /** Returns the ids so far and clears them. */
        public int[] take() {
            int[] taken = Arrays.copyOf(out, size);
            size = 0;
            return taken;
        }
    }

    /** Encodes a text that is followed by {@link PieceKeys#PADDING} bytes of padding. */
    public void encode(byte[] utf8, Scratch scratch) {
        int to = utf8.length - PieceKeys.PADDING;
        int from = 0;
        while (from < to) {
            int end = Gpt2Scanner.end(utf8, from, to);
            int id = whole.find(utf8, from, end);
            if (id >= 0) {
                scratch.add(id);
            } else {
                scratch.addMerged(merge(utf8, from, end, scratch));
            }
            from = end;
        }
    }

    /** Encodes a piece into the first ids of the scratch space and returns their number. */
    private int merge(byte[] bytes, int from, int to, Scratch scratch) {
        int n = to - from;
        if (n > scratch.ids.length) {
            scratch.ids = new int[n];
            scratch.merges = new long[n];
        }
        int[] ids = scratch.ids;
        for (int i = 0; i < n; i++) {
            ids[i] = idOfByte[bytes[from + i] & 0xff];
        }
        long[] merges = scratch.merges;
        for (int i = 0; i < n - 1; i++) {
            merges[i] = pairs.find(ids[i], ids[i + 1]);
        }
        merges[n - 1] = PairTable.NONE;
        return n <= SHORT ? mergeShort(ids, merges, n) : mergeLong(ids, merges, n);
    }

    private int mergeShort(int[] ids, long[] merges, int length) {
        int n = length;
        while (true) {
            int at = 0;
            long best = PairTable.NONE;
            for (int i = 0; i < n - 1; i++) {
                if (merges[i] < best) {
                    best = merges[i];
                    at = i;
                }
            }
            if (best == PairTable.NONE) {
                return n;
            }
            ids[at] = (int) best;
            n--;
            for (int i = at + 1; i < n; i++) {
                ids[i] = ids[i + 1];
                merges[i] = merges[i + 1];
            }
            merges[at] = at + 1 < n ? pairs.find(ids[at], ids[at + 1]) : PairTable.NONE;
            if (at > 0) {
                merges[at - 1] = pairs.find(ids[at - 1], ids[at]);
            }
        }
    }

    private int mergeLong(int[] ids, long[] merges, int n) {
        int[] previous = IntStream.range(-1, n - 1).toArray();
        int[] next = IntStream.rangeClosed(1, n).toArray();
        PriorityQueue<Long> queue = new PriorityQueue<>();
        for (int i = 0; i < n; i++) {
            offer(queue, merges, i);
        }
        for (Long entry = queue.poll(); entry != null; entry = queue.poll()) {
            int at = (int) entry.longValue();
            // An entry is stale if another merge has since changed the pair at its position.
            if (merges[at] == PairTable.NONE || merges[at] >>> 32 != entry >>> 32) {
                continue;
            }
            ids[at] = (int) merges[at];
            int gone = next[at];
            merges[gone] = PairTable.NONE;
            ids[gone] = -1;
            next[at] = next[gone];
            merges[at] = PairTable.NONE;
            if (next[at] < n) {
                previous[next[at]] = at;
                merges[at] = pairs.find(ids[at], ids[next[at]]);
                offer(queue, merges, at);
            }
            if (previous[at] >= 0) {
                merges[previous[at]] = pairs.find(ids[previous[at]], ids[at]);
                offer(queue, merges, previous[at]);
            }
        }
        int kept = 0;
        for (int i = 0; i < n; i = next[i]) {
            ids[kept++] = ids[i];
        }
        return kept;
    }

    private static void offer(PriorityQueue<Long> queue, long[] merges, int at) {
        if (merges[at] != PairTable.NONE) {
            queue.add(merges[at] >>> 32 << 32 | at);
        }
    }
}
