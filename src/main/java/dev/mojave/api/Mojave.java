package dev.mojave.api;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.Promised;
import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Yaml;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.train.TrainRun;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Loads models and trains them.
 *
 * {@snippet :
 * try (Model model = Mojave.load(Path.of("runs/first"))) {
 *     System.out.println(model.generate("The sea"));
 * }
 * }
 *
 * <p>Every error that a person can act on is a {@link Failure} whose message states the remedy. The program needs no Java flags, but
 * {@code --add-modules=jdk.incubator.vector} makes training faster and {@code --enable-native-access=ALL-UNNAMED} silences a warning.
 */
@Promised
public final class Mojave {
    private Mojave() {}

    /**
     * Loads a model: the last checkpoint of a run, or a folder written by Hugging Face's {@code save_pretrained} or by {@code mojave export}.
     *
     * @throws Failure of kind USAGE if the folder is neither, and of kind DATA if something in it is missing or damaged
     */
    public static Model load(Path folder) {
        return new Model(SavedModel.load(folder, SavedModel.LAST));
    }

    /** Trains a model without reporting progress, see {@link #train(String, Path, boolean, Progress)}. A run of the recipe's name must not exist. */
    public static Model train(String recipe, Path output) {
        return train(recipe, output, false, Progress.SILENT);
    }

    /**
     * Trains a model as {@code mojave train} does and loads its last checkpoint.
     *
     * @param recipe YAML text as in a recipe file: {@code name}, {@code data}, {@code model}, {@code train}, {@code engine}
     * @param output the folder in which the run's folder, named after the recipe, is created
     * @param overwrite whether an existing run of that name is replaced
     * @param progress receives the progress of training
     * @throws Failure of kind USAGE if the recipe is invalid, TRAINING if training diverges, ENVIRONMENT for problems with the machine and DATA
     *     for problems with the data
     */
    public static Model train(String recipe, Path output, boolean overwrite, Progress progress) {
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(recipe, "recipe"), "recipe");
        TrainRun.Options options =
                new TrainRun.Options(output, false, overwrite, Optional.empty(), "dev.mojave.api.Mojave.train");
        return load(TrainRun.run(draft, options, progress, StopSignal.NEVER)
                .folder()
                .path());
    }
}
