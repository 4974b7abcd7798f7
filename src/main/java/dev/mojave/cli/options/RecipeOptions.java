package dev.mojave.cli.options;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of verbs that read a recipe: keys to override, and the whole of it to print. */
public final class RecipeOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Override a key of the recipe, such as train.steps=500; a section replaces the recipe's, KEY+={...} is laid over"
                            + " it, null removes a key; may be repeated.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--print-config", description = "Print the whole resolved recipe, which runs unchanged, and stop.")
    private boolean printConfig;

    /** Returns the overrides as typed, in their order. */
    public List<String> overrides() {
        return List.copyOf(overrides);
    }

    /** Returns whether the recipe is to be printed instead of run. */
    public boolean printConfig() {
        return printConfig;
    }
}
