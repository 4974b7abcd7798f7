package dev.mojave.cli;

/** Words of a command that is printed to be typed again. */
final class ShellWord {
    private ShellWord() {}

    /** Returns the word, in quotes where a shell would not take it as one. */
    static String of(String word) {
        return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
