package dev.mojave.data.corpus;

import dev.mojave.data.format.DocumentPart;
import java.util.List;
import java.util.function.Consumer;

/** A sequence of documents that can be read repeatedly, always in the same order, without being held in memory. */
public sealed interface Corpus permits EmbeddedCorpus, FileCorpus {
    /** Returns the name by which the user refers to it. */
    String name();

    /** Returns the SHA-256 of the content; for a single file, that of the file. */
    String checksum();

    /** Returns a line that identifies how the content is read (formats, columns and options); it is part of the key of a token store. */
    String layout();

    /** Returns the number of bytes to read, for progress reports. */
    long bytes();

    /** Returns whether this is running text, which may be cut at any character. */
    boolean runningText();

    /** Returns whether there is exactly one document. */
    boolean singleDocument();

    /**
     * Reads all documents.
     *
     * @return notes on what was left out or repaired, one sentence each
     * @throws dev.mojave.base.Failure of kind DATA for content that is not text in the expected form, USAGE or ENVIRONMENT if a file
     *     cannot be read
     */
    List<String> read(Consumer<DocumentPart> consumer);
}
