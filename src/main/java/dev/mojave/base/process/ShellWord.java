package dev.mojave.base.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Words of a command that is printed to be typed again. */
public final class ShellWord {
    private ShellWord() {}

    /** Returns the word, in quotes where a shell would not take it as one. */
    public static String of(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Returns a path as a word that no program takes for an option. */
    public static String of(Path path) {
        String text = path.toString();
        return of(text.startsWith("-") ? "./" + text : text);
    }

    /** Returns words with a space between them. */
    public static String line(List<String> words) {
        return words.stream().map(ShellWord::of).collect(Collectors.joining(" "));
    }
}
