package dev.mojave.lab.trials;

import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Trees;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.RowLayout;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.train.TotalSteps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One model to train.
 *
 * @param name what messages call it, for example {@code moe/seed-1}
 * @param folder its run folder, which holds the resolved recipe before anything else
 * @param recipe the resolved recipe, engine choices included
 * @param tokens training tokens, for the progress
 */
public record Trial(String name, Path folder, Recipe recipe, long tokens) {
    /** Returns the training tokens that a recipe asks for on this data. */
    public static long tokens(Recipe recipe, PreparedData data) {
        RowLayout cut = data.cut(recipe.model().maxPositionEmbeddings());
        long rows = TotalSteps.of(recipe.train(), data.train(), cut)
                * recipe.train().batchSize();
        return Math.round(rows * cut.tokensPerRow(data.train()));
    }

    /**
     * Returns a recipe as a trial of it runs.
     *
     * @param name of the trial's folder
     * @param place what messages call the trial
     */
    public static Recipe recipe(Recipe shared, String name, long seed, EngineRequest engine, String place) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode tree = Trees.with(shared.tree(), "train.seed", nodes.numberNode(seed));
        tree = Trees.with(tree, "name", nodes.stringNode(name));
        tree = Trees.with(tree, "engine", Records.tree(engine));
        return Records.read(tree, Recipe.class, place, "");
    }

    /** Returns its run, if it was prepared. */
    public Optional<RunFolder> run() {
        return Files.isDirectory(folder) && RunFolder.isRun(folder)
                ? Optional.of(RunFolder.open(folder))
                : Optional.empty();
    }

    /** Returns whether it trained to its end and everything was measured. */
    public boolean complete() {
        return run().map(run -> run.status().complete()).orElse(false);
    }

    /** Returns the file beside the folder that takes what its process prints. */
    public Path log() {
        return folder.resolveSibling(folder.getFileName() + ".log");
    }
}
