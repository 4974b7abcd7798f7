package dev.mojave.data.corpus;

import dev.mojave.data.format.DocumentPart;
import java.util.List;
import java.util.function.Consumer;

/** Text in documents that can be read again and again, always in the same order, without being held in memory. */
public sealed interface Corpus permits EmbeddedCorpus, FileCorpus {
    /** Returns what the user called it. */
    String name();

    /** Returns the SHA-256 of the content; of a single file, the file's own. */
    String checksum();

    /** Returns how the content is read: formats and columns, as one line that tells two ways apart. */
    String layout();

    /** Returns the size of what is read, in bytes: the scale of progress. */
    long bytes();

    /** Returns whether this is plain text, so that a tail may be cut at any character. */
    boolean runningText();

    /** Returns whether there is exactly one document. */
    boolean singleDocument();

    /**
     * Reads all documents.
     *
     * @return what was left out or repaired on the way, a sentence each
     * @throws dev.mojave.base.Failure of kind DATA for content that is not text in the expected form, USAGE or ENVIRONMENT if a file cannot be read
     */
    List<String> read(Consumer<DocumentPart> consumer);
}
