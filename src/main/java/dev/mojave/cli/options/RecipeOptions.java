package dev.mojave.cli.options;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of verbs that read a recipe: override keys, print the resolved recipe. */
public final class RecipeOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Override a key of the recipe, such as train.steps=500; a section replaces the recipe's section, KEY+={...} is merged"
                            + " into it, null removes a key; repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--print-config", description = "Print the whole resolved recipe, which runs unchanged, and exit.")
    private boolean printConfig;

    /** Returns the overrides as typed, in the order in which they were typed. */
    public List<String> overrides() {
        return List.copyOf(overrides);
    }

    /** Returns whether the recipe is to be printed instead of run. */
    public boolean printConfig() {
        return printConfig;
    }
}
