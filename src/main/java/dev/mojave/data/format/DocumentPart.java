package dev.mojave.data.format;

/**
 * A document, or a piece of one that is too long to hold in memory. The pieces of a document come in order, with no other documents
 * between them.
 *
 * @param text text of the piece; unless the piece is the last, it ends before white space if possible, so that no word is cut
 * @param category category of the document; empty for none
 * @param group name of the document's group; all documents of a group are in the same split
 * @param first whether the document begins with this piece
 * @param last whether the document ends with this piece
 */
public record DocumentPart(String text, String category, String group, boolean first, boolean last) {
    /** Returns a document in one piece. */
    public static DocumentPart whole(String text, String category, String group) {
        return new DocumentPart(text, category, group, true, true);
    }
}
