package dev.mojave.run.recipe;

import dev.mojave.base.Check;
import java.util.regex.Pattern;

/** Names of runs are names of folders on any system. */
public final class RunNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private RunNames() {}

    /** Checks that a name can be a folder's on any system. */
    public static void check(String name) {
        Check.that(
                NAME.matcher(name).matches() && !name.endsWith("."),
                "name ('%s') must be a folder's name: letters, digits, '.', '_' and '-', at most 100, starting with a letter or a digit",
                name);
    }

    /** Makes a name from a file's: what the recipe is called if it does not say so. */
    static String of(String fileName) {
        String stem = fileName.replaceFirst("\\.(ya?ml)$", "").replaceAll("[^A-Za-z0-9._-]", "-");
        return stem.replaceFirst("^[^A-Za-z0-9]+", "");
    }
}
