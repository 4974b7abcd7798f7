package dev.mojave.base.process;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Quotes the words of a command that is printed for the user to repeat. */
public final class ShellWord {
    private ShellWord() {}

    /** Returns the word, in quotes if a shell would not read it as one word. */
    public static String of(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Returns a path as a word that no program mistakes for an option. */
    public static String of(Path path) {
        String text = path.toString();
        return of(text.startsWith("-") ? "./" + text : text);
    }

    /** Returns the words, quoted where necessary and separated by spaces. */
    public static String line(List<String> words) {
        return words.stream().map(ShellWord::of).collect(Collectors.joining(" "));
    }
}
