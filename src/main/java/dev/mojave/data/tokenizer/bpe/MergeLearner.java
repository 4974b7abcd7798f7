package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.Progress;
import dev.mojave.data.tokenizer.vocabulary.ByteLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Learns the merges of byte-level byte-pair encoding: repeatedly, the most frequent pair of adjacent tokens becomes a token; of equally
 * frequent pairs, the one with the smaller left id, then the smaller right id.
 *
 * <p>It follows the bookkeeping of Hugging Face's trainer step by step, so that the merges are equal even in the rare case where two
 * pairs spell the same token: the second merge then reuses the id of the first, the vocabulary does not grow, and a pair that
 * was merged before may be merged again.
 */
final class MergeLearner {
    /** A learned merge: two ids that become a third. */
    record Merge(int left, int right, int id) {}

    /** A pair that may be merged next, with the pieces that contained it when it was found. */
    private static final class Candidate implements Comparable<Candidate> {
        final long pair;
        final IntList pieces;
        long count;

        Candidate(long pair, long count, IntList pieces) {
            this.pair = pair;
            this.count = count;
            this.pieces = pieces;
        }

        @Override
        public int compareTo(Candidate other) {
            return count != other.count ? Long.compare(other.count, count) : Long.compare(pair, other.pair);
        }
    }

    private final int vocabSize;
    private final long minFrequency;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> idOf = new HashMap<>();
    private final List<Merge> merges = new ArrayList<>();

    /** The concatenated ids of all pieces; merging shortens a piece in place. */
    private final int[] ids;

    private final int[] starts;
    private final int[] lengths;
    private final long[] counts;
    private final PairCounts pairs = new PairCounts();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

    /**
     * Prepares to learn from counted pieces.
     *
     * @param special tokens that get the first ids
     */
    MergeLearner(PieceCounter pieces, int vocabSize, long minFrequency, List<String> special) {
        this.vocabSize = vocabSize;
        this.minFrequency = minFrequency;
        special.forEach(this::token);
        int[] idOfByte = new int[256];
        String[] spellings = new String[256];
        for (int value = 0; value < 256; value++) {
            spellings[ByteLevel.rank(value)] = ByteLevel.spelling(new byte[] {(byte) value});
        }
        for (String spelling : spellings) {
            idOfByte[ByteLevel.bytes(spelling)[0] & 0xff] = token(spelling);
        }
        this.ids = new int[pieces.totalBytes()];
        this.starts = new int[pieces.size()];
        this.lengths = new int[pieces.size()];
        this.counts = new long[pieces.size()];
        int at = 0;
        for (int piece = 0; piece < starts.length; piece++) {
            starts[piece] = at;
            lengths[piece] = pieces.length(piece);
            counts[piece] = pieces.count(piece);
            for (int i = 0; i < lengths[piece]; i++) {
                ids[at++] = idOfByte[pieces.byteAt(piece, i)];
            }
        }
    }

    /** Returns the id of a token, adding the token if it is new. */
    private int token(String spelling) {
        return idOf.computeIfAbsent(spelling, s -> {
            tokens.add(s);
            return tokens.size() - 1;
        });
    }

    /** Returns all tokens by id. */
    List<String> tokens() {
        return tokens;
    }

    /** Returns the merges in order. */
    List<Merge> merges() {
        return merges;
    }

    /** Learns until the vocabulary has the requested size or no pair is frequent enough. */
    void learn(Progress progress) {
        progress.start("merging", vocabSize, "tokens");
        countPairs();
        while (tokens.size() < vocabSize) {
            Candidate best = queue.poll();
            if (best == null) {
                break;
            }
            long count = pairs.count(best.pair);
            if (best.count != count) {
                best.count = count;
                queue.add(best);
                continue;
            }
            if (best.count < Math.max(1, minFrequency)) {
                break;
            }
            int left = (int) (best.pair >>> 32);
            int right = (int) best.pair;
            int id = token(tokens.get(left) + tokens.get(right));
            merges.add(new Merge(left, right, id));
            best.pieces.forEach(piece -> merge(piece, left, right, id));
            offer();
            if (merges.size() % 256 == 0) {
                progress.update(tokens.size(), "");
            }
        }
        progress.finish("");
    }

    private void countPairs() {
        for (int piece = 0; piece < starts.length; piece++) {
            int end = starts[piece] + lengths[piece];
            for (int i = starts[piece]; i + 1 < end; i++) {
                pairs.add(pair(ids[i], ids[i + 1]), counts[piece], piece);
            }
        }
        offer();
    }

    private void offer() {
        pairs.takeFound((pair, pieces) -> {
            long count = pairs.count(pair);
            if (count > 0) {
                queue.add(new Candidate(pair, count, pieces));
            }
        });
    }

    /** Merges a pair in one piece from left to right, and updates the counts of the adjacent pairs that disappear and appear. */
    private void merge(int piece, int left, int right, int id) {
        int start = starts[piece];
        int length = lengths[piece];
        long count = counts[piece];
        int kept = start;
        int i = start;
        while (i < start + length) {
            if (ids[i] != left || i + 1 == start + length || ids[i + 1] != right) {
                ids[kept++] = ids[i++];
                continue;
            }
            if (kept > start) {
                pairs.subtract(pair(ids[kept - 1], left), count);
                pairs.add(pair(ids[kept - 1], id), count, piece);
            }
            if (i + 2 < start + length) {
                pairs.subtract(pair(right, ids[i + 2]), count);
                pairs.add(pair(id, ids[i + 2]), count, piece);
            }
            ids[kept++] = id;
            i += 2;
        }
        lengths[piece] = kept - start;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }
}
