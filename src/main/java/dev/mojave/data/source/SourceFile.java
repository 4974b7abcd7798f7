package dev.mojave.data.source;

import java.nio.file.Path;

/**
 * One file of a corpus.
 *
 * @param path where it is
 * @param name its path inside the folder that was named, with {@code /}, or its file name
 * @param shown what messages call it: the user's file, also while a copy is read
 */
public record SourceFile(Path path, String name, String shown) {
    /** Makes one that messages call by its path. */
    public SourceFile(Path path, String name) {
        this(path, name, path.toString());
    }
}
