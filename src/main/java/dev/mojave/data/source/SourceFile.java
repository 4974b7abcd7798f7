package dev.mojave.data.source;

import java.nio.file.Path;

/**
 * One file of a corpus.
 *
 * @param path path of the file to read
 * @param name path relative to the folder that the user named, with {@code /} as the separator, or the name of the file that the user named
 * @param shown name used in messages: the path of the user's file, even while a copy of it is read
 */
public record SourceFile(Path path, String name, String shown) {
    /** Creates a file that messages call by its path. */
    public SourceFile(Path path, String name) {
        this(path, name, path.toString());
    }
}
