package dev.mojave.base.files;

/**
 * Text without halves of characters. A string may hold one half of a surrogate pair, which no encoding of Unicode can write: JSON can spell it,
 * and programs that cut text by UTF-16 units leave it behind. It becomes U+FFFD, the replacement character, as Python and browsers have it.
 */
public final class WholeText {
    private WholeText() {}

    /** Returns whether no half of a surrogate pair stands alone. */
    public static boolean isWhole(String text) {
        return firstHalf(text, 0) < 0;
    }

    /** Returns the text with U+FFFD for each half that stands alone: the same string if there is none. */
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
