package dev.mojave.run.recipe;

import dev.mojave.base.Check;
import java.util.regex.Pattern;

/** Rules for the names of runs, which are folder names on any operating system. */
public final class RunNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private RunNames() {}

    /** Checks that a name is a valid folder name on any operating system. */
    public static void check(String name) {
        Check.that(
                NAME.matcher(name).matches() && !name.endsWith("."),
                "name ('%s') must be a folder name of at most 100 letters, digits, '.', '_' and '-' that starts with a letter or a digit",
                name);
    }

    /** Derives the name of a recipe that sets none from its file name. */
    static String of(String fileName) {
        String stem = fileName.replaceFirst("\\.(ya?ml)$", "").replaceAll("[^A-Za-z0-9._-]", "-");
        return stem.replaceFirst("^[^A-Za-z0-9]+", "");
    }
}
