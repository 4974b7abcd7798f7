package dev.mojave.base.files;

/**
 * Replaces unpaired surrogates. A string may contain one half of a surrogate pair, which no Unicode encoding can represent: JSON can express
 * it, and programs that cut text between UTF-16 units produce it. It becomes U+FFFD, the replacement character, as in Python and browsers.
 */
public final class WholeText {
    private WholeText() {}

    /** Returns whether the text has no unpaired surrogate. */
    public static boolean isWhole(String text) {
        return firstHalf(text, 0) < 0;
    }

    /** Returns the text with each unpaired surrogate replaced by U+FFFD; the same string if there is none. */
    public static String of(String text) {
        int half = firstHalf(text, 0);
        if (half < 0) {
            return text;
        }
        char[] chars = text.toCharArray();
        for (; half >= 0; half = firstHalf(text, half + 1)) {
            chars[half] = '\uFFFD';
        }
        return new String(chars);
    }

    private static int firstHalf(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
