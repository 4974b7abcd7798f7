package dev.mojave.report.plot;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Makes labels for a drawing, where space is limited, from arbitrary text: names of categories may be whole sentences in any script. A label is
 * never cut within a character as readers see it, has no line breaks, control characters or marks that change the writing direction, and is
 * never empty.
 */
final class Labels {
    private static final String EMPTY = "(empty)";
    private static final String ELLIPSIS = "…";

    private Labels() {}

    /** Returns the text cut at its end to at most {@code width} letters; ideographs and emoji count as two letters. */
    static String shortened(String text, int width) {
        String clean = clean(text);
        return width(clean) <= width ? clean : head(clean, width - 1) + ELLIPSIS;
    }

    /**
     * Returns labels of at most {@code width} letters that all differ. Texts are cut at their ends; texts with equal beginnings are cut before
     * the first difference; labels that are still equal are numbered.
     */
    static List<String> distinct(List<String> texts, int width) {
        List<String> labels = new ArrayList<>(
                texts.stream().map(text -> shortened(text, width)).toList());
        for (String label : new LinkedHashSet<>(labels)) {
            List<Integer> sharers = IntStream.range(0, labels.size())
                    .filter(i -> labels.get(i).equals(label))
                    .boxed()
                    .toList();
            if (sharers.size() > 1 && label.endsWith(ELLIPSIS)) {
                int difference = firstDifference(
                        sharers.stream().map(i -> clean(texts.get(i))).toList());
                sharers.forEach(i -> labels.set(i, around(clean(texts.get(i)), difference, width)));
            }
        }
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < labels.size(); i++) {
            for (int n = 2; !taken.add(labels.get(i)); n++) {
                String number = " (" + n + ")";
                labels.set(i, shortened(texts.get(i), width - number.length()) + number);
            }
        }
        return List.copyOf(labels);
    }

    /** Returns the beginning of a text and the part from where it first differs from the others. */
    private static String around(String text, int difference, int width) {
        int room = width - width / 3 - 1;
        BreakIterator characters = characters(text);
        int from = characters.isBoundary(difference) ? difference : characters.preceding(difference);
        for (int before = from; before != BreakIterator.DONE && width(text.substring(before)) <= room; ) {
            from = before;
            before = before == 0 ? BreakIterator.DONE : characters.preceding(before);
        }
        return head(text, width / 3) + ELLIPSIS + shortened(text.substring(from), room);
    }

    private static int firstDifference(List<String> texts) {
        String first = texts.getFirst();
        int same = first.length();
        for (String text : texts) {
            int end = Math.min(same, text.length());
            int at = 0;
            while (at < end && text.charAt(at) == first.charAt(at)) {
                at++;
            }
            same = at;
        }
        return same;
    }

    private static String head(String text, int width) {
        BreakIterator characters = characters(text);
        int kept = 0;
        for (int to = characters.next(); to != BreakIterator.DONE; to = characters.next()) {
            if (width(text.substring(0, to)) > width) {
                break;
            }
            kept = to;
        }
        return text.substring(0, kept).stripTrailing();
    }

    private static BreakIterator characters(String text) {
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        characters.setText(text);
        return characters;
    }

    /** Returns the approximate width of a text in letters; combining marks and joiners have no width. */
    private static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            width += switch (Character.getType(c)) {
                case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
                default -> wide(c) ? 2 : 1;
            };
        }
        return width;
    }

    private static boolean wide(int c) {
        return Character.isIdeographic(c)
                || Character.isEmojiPresentation(c)
                || (c >= 0x1100 && c <= 0x11ff)
                || (c >= 0x3000 && c <= 0x30ff)
                || (c >= 0xac00 && c <= 0xd7a3)
                || (c >= 0xff01 && c <= 0xff60);
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c)) {
                clean.append(' ');
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                clean.append('\ufffd');
            } else if (!turns(c)) {
                clean.appendCodePoint(c);
            }
        });
        String label = clean.toString().replaceAll(" {2,}", " ").strip();
        return width(label) == 0 ? EMPTY : label;
    }

    /** Returns whether a character changes the writing direction of what follows, even beyond the label. */
    private static boolean turns(int c) {
        return (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || c == 0x061c;
    }
}
