package dev.mojave.lab.trials;

import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Trees;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.RowLayout;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.train.TotalSteps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One training run of an experiment.
 *
 * @param name its name in messages, for example {@code moe/seed-1}
 * @param folder its run folder, to which the resolved recipe is written first
 * @param recipe the resolved recipe, including the engine
 * @param tokens number of training tokens, for the progress display
 */
public record Trial(String name, Path folder, Recipe recipe, long tokens) {
    /** Returns the number of tokens that a recipe trains on with this data. */
    public static long tokens(Recipe recipe, PreparedData data) {
        RowLayout cut = data.cut(recipe.model().maxPositionEmbeddings());
        long rows = TotalSteps.of(recipe.train(), data.train(), cut)
                * recipe.train().batchSize();
        return Math.round(rows * cut.tokensPerRow(data.train()));
    }

    /**
     * Returns a shared recipe with the name, seed and engine of one trial.
     *
     * @param name name of the trial's folder
     * @param place the trial's name in messages
     */
    public static Recipe recipe(Recipe shared, String name, long seed, EngineRequest engine, String place) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        ObjectNode tree = Trees.with(shared.tree(), "train.seed", nodes.numberNode(seed));
        tree = Trees.with(tree, "name", nodes.stringNode(name));
        tree = Trees.with(tree, "engine", Records.tree(engine));
        return Records.read(tree, Recipe.class, place, "");
    }

    /** Returns its run; empty if it was not prepared. */
    public Optional<RunFolder> run() {
        return Files.isDirectory(folder) && RunFolder.isRun(folder)
                ? Optional.of(RunFolder.open(folder))
                : Optional.empty();
    }

    /** Returns whether training and all measurements are finished. */
    public boolean complete() {
        return run().map(run -> run.status().complete()).orElse(false);
    }

    /** Returns the last validation loss: infinite if it is not a finite number, empty until the trial is complete. */
    public OptionalDouble valLoss() {
        if (!complete()) {
            return OptionalDouble.empty();
        }
        double loss = run().map(
                        done -> done.lastMetrics().getOrDefault(Metrics.VAL_LOSS.name(), Double.POSITIVE_INFINITY))
                .orElse(Double.POSITIVE_INFINITY);
        return OptionalDouble.of(Double.isFinite(loss) ? loss : Double.POSITIVE_INFINITY);
    }

    /** Returns the log of its process, next to the folder. */
    public Path log() {
        return folder.resolveSibling(folder.getFileName() + ".log");
    }
}
