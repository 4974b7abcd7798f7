package dev.mojave.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Suggests the known word that is nearest to a mistyped one. */
public final class Suggest {
    private Suggest() {}

    /** Returns the candidate with the smallest edit distance, if that is at most 2 or a third of the typed word's length. */
    public static Optional<String> nearest(String typed, Collection<String> candidates) {
        int limit = Math.max(2, typed.length() / 3);
        return candidates.stream()
                .min(Comparator.comparingInt((String c) -> distance(typed, c)).thenComparing(Comparator.naturalOrder()))
                .filter(c -> distance(typed, c) <= limit);
    }

    /** Returns {@code "; did you mean 'x'?"} or an empty string. */
    public static String didYouMean(String typed, Collection<String> candidates) {
        return nearest(typed, candidates)
                .map(c -> "; did you mean '" + c + "'?")
                .orElse("");
    }

    /** Returns the case-insensitive Levenshtein distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                current[j] = Math.min(Math.min(current[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
