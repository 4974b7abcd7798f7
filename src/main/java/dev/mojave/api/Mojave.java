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
 * <p>Everything that a person can act on is a {@link Failure}, whose message says what to do. The program needs no flags for Java;
 * {@code --add-modules=jdk.incubator.vector} makes training faster, {@code --enable-native-access=ALL-UNNAMED} silences a warning.
 */
@Promised
public final class Mojave {
    private Mojave() {}

    /**
     * Loads a model: a run's last checkpoint, or a folder as Hugging Face's {@code save_pretrained} or {@code mojave export} writes it.
     *
     * @throws Failure of kind USAGE if the folder is neither, DATA if something in it is missing or damaged
     */
    public static Model load(Path folder) {
        return new Model(SavedModel.load(folder, SavedModel.LAST));
    }

    /** Trains a model without watching; see {@link #train(String, Path, boolean, Progress)}. A run of that name must not exist. */
    public static Model train(String recipe, Path output) {
        return train(recipe, output, false, Progress.SILENT);
    }

    /**
     * Trains a model as {@code mojave train} does and loads its last checkpoint.
     *
     * @param recipe YAML as in a recipe's file: {@code name}, {@code data}, {@code model}, {@code train}, {@code engine}
     * @param output the folder under which the run's folder, of the recipe's name, is made
     * @param overwrite whether a run of that name is replaced
     * @param progress is told how far training is
     * @throws Failure of kind USAGE for what is wrong with the recipe, TRAINING if training diverges, ENVIRONMENT or DATA as they come
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
