package dev.mojave.data.format;

/**
 * A document, or a piece of one that is too long to hold. Pieces come in order, without others between them.
 *
 * @param text the piece; a piece that is not the last ends before white space, so that no word is cut
 * @param category what kind of text it is; empty for none
 * @param group documents of one group stay on one side of a split
 * @param first whether a document begins here
 * @param last whether it ends here
 */
public record DocumentPart(String text, String category, String group, boolean first, boolean last) {
    /** Returns a document in one piece. */
    public static DocumentPart whole(String text, String category, String group) {
        return new DocumentPart(text, category, group, true, true);
    }
}
