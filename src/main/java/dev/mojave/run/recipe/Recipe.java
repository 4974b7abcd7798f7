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
 * Everything that decides what one training run does, complete: every default is written out and the vocabulary is known. What people
 * type is a {@link RecipeDraft}. A printed recipe reads back as an equal one and runs unchanged.
 *
 * @param name of the run, and of its folder
 * @param data what it learns from
 * @param model what learns
 * @param train how it learns
 * @param engine what was asked of the machine; what the machine chose is in the run's provenance
 */
public record Recipe(
        String name,
        DataSpec data,
        ModelSpec model,
        TrainSpec train,
        @Default("{}") EngineRequest engine) {
    /** Checks the name, and that every schedule of the model begins where training is counted in steps. */
    public Recipe {
        RunNames.check(name);
        if (train.steps() != null) {
            model.requireSchedulesStart(train.steps());
        }
    }

    /**
     * Reads the recipe of a run folder.
     *
     * @throws dev.mojave.base.Failure of kind USAGE that names the key if it is not complete
     */
    public static Recipe read(Path file) {
        return Records.read(Yaml.read(file), Recipe.class, file.toString(), "");
    }

    /** Returns the tree of settings. */
    public ObjectNode tree() {
        return Records.tree(this);
    }

    /** Returns the canonical text: what recipe.yaml holds and {@code --print-config} prints. */
    public String yaml() {
        return Yaml.print(tree());
    }

    /** Returns the SHA-256 of the canonical text. */
    public String sha256() {
        return Hashes.sha256(yaml());
    }
}
