package dev.mojave.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Text that a small model can learn, for tests. */
public final class Texts {
    private Texts() {}

    /** Writes {@code text.txt}: lines that differ only in two numbers. */
    public static Path cats(Path folder, int lines) throws IOException {
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            content.append(String.format(Locale.ROOT, "the %d cats sat on %d mats.\n", i % 7, i % 5));
        }
        return Files.writeString(folder.resolve("text.txt"), content);
    }
}
