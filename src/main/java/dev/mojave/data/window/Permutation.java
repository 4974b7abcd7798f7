package dev.mojave.data.window;

import dev.mojave.base.Check;

/**
 * A seeded permutation of {@code 0..size-1} that needs no array.
 *
 * <p>A balanced Feistel network permutes {@code [0, 4^h)}, the smallest such range that covers {@code size}: six rounds of
 * {@code (l, r) -> (r, l xor (mix(r + key_i) mod 2^h))}. An index that lands outside {@code [0, size)} is permuted again until it lands
 * inside (cycle walking, Black and Rogaway 2002; at most four steps on average), which is again a permutation.
 */
final class Permutation {
    private static final int ROUNDS = 6;
    private final long size;
    private final int half;
    private final long[] keys = new long[ROUNDS];

    Permutation(long size, long seed) {
        Check.that(size > 0, "a permutation needs at least one element, not %d", size);
        this.size = size;
        int bits = 64 - Long.numberOfLeadingZeros(size - 1);
        this.half = Math.max(1, (bits + 1) / 2);
        for (int i = 0; i < ROUNDS; i++) {
            keys[i] = mix(seed + i * 0x9E3779B97F4A7C15L);
        }
    }

    /** Returns the element at an index. */
    long at(long index) {
        Check.that(index >= 0 && index < size, "index %d is outside 0..%d", index, size - 1);
        long value = index;
        do {
            value = once(value);
        } while (value >= size);
        return value;
    }

    private long once(long value) {
        long mask = (1L << half) - 1;
        long left = value >>> half;
        long right = value & mask;
        for (long key : keys) {
            long next = left ^ (mix(right + key) & mask);
            left = right;
            right = next;
        }
        return left << half | right;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit. */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
