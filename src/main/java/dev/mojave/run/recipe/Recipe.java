package dev.mojave.run.recipe;

import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.DataSpec;
import dev.mojave.model.ModelSpec;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * The complete settings of one training run: all defaults are filled in and the vocabulary is known. A recipe as users type it is
 * a {@link RecipeDraft}. A printed recipe reads back as an equal one and runs unchanged.
 *
 * @param name name of the run and of its folder
 * @param data the training data
 * @param model the model
 * @param train the training settings
 * @param engine the requested engine; the engine's choices are in the run's provenance
 */
public record Recipe(
        String name,
        DataSpec data,
        ModelSpec model,
        TrainSpec train,
        @Default("{}") EngineRequest engine) {
    /**
     * Checks the name and, if the length of training is given in steps, that every schedule of the model begins before its end.
     */
    public Recipe {
        RunNames.check(name);
        if (train.steps() != null) {
            model.requireSchedulesStart(train.steps());
        }
    }

    /**
     * Reads the recipe of a run folder.
     *
     * @throws dev.mojave.base.Failure of kind USAGE that names the missing or invalid key
     */
    public static Recipe read(Path file) {
        return Records.read(Yaml.read(file), Recipe.class, file.toString(), "");
    }

    /** Returns the tree of settings. */
    public ObjectNode tree() {
        return Records.tree(this);
    }

    /** Returns the canonical text, which is the content of recipe.yaml and the output of {@code --print-config}. */
    public String yaml() {
        return Yaml.print(tree());
    }

    /** Returns the SHA-256 of the canonical text. */
    public String sha256() {
        return Hashes.sha256(yaml());
    }
}
