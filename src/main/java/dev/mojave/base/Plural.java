package dev.mojave.base;

import java.util.Locale;

/** Puts numbers and nouns together: {@code 1 word}, {@code 1,234 words}, {@code 2 entries}. */
public final class Plural {
    private Plural() {}

    /**
     * Returns a number, with commas between groups of thousands, and its noun.
     *
     * @param noun the singular of a regular noun
     */
    public static String of(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s", count, noun(count, noun));
    }

    /** Returns the noun alone, in the form that goes with the number. */
    public static String noun(long count, String noun) {
        if (count == 1) {
            return noun;
        }
        int last = noun.length() - 1;
        boolean consonantY = last > 0 && noun.charAt(last) == 'y' && "aeiou".indexOf(noun.charAt(last - 1)) < 0;
        return consonantY ? noun.substring(0, last) + "ies" : noun + "s";
    }
}
