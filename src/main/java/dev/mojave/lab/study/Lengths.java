package dev.mojave.lab.study;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.design.Cell;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.trials.Trial;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.run.recipe.TrainLength;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The training tokens of a study's recipes, counted while its data is open.
 *
 * @param known training tokens by the settings that determine them
 */
record Lengths(Map<Key, Long> known) {
    /** The settings that, with the data, determine a length. */
    private record Key(int context, int batchSize, TrainLength length) {
        static Key of(Recipe recipe) {
            return new Key(
                    recipe.model().maxPositionEmbeddings(),
                    recipe.train().batchSize(),
                    recipe.train().length());
        }
    }

    /** Counts the training tokens of every cell, arm and setting. */
    static Lengths of(StudyDesign design, PreparedData data) {
        List<StudyRecipe> studies = new ArrayList<>();
        design.cells().stream().map(Cell::study).forEach(studies::add);
        design.tune().ifPresent(tune -> {
            design.sizes().forEach(size -> studies.add(design.tuningStudy(size)));
            for (StudyRecipe study : List.copyOf(studies)) {
                for (Point point : tune.points()) {
                    study.arms().keySet().forEach(arm -> studies.add(study.with(design.settings(Map.of(arm, point)))));
                }
            }
        });
        int vocabulary = data.tokenizer().vocabSize();
        Map<Key, Long> known = new HashMap<>();
        for (StudyRecipe study : studies) {
            study.arms().values().forEach(arm -> {
                Recipe recipe = arm.draft().resolve(vocabulary);
                known.computeIfAbsent(Key.of(recipe), key -> Trial.tokens(recipe, data));
            });
        }
        return new Lengths(known);
    }

    /** Returns the training tokens of a recipe; 0 if it does not belong to the study. */
    long tokens(Recipe recipe) {
        return known.getOrDefault(Key.of(recipe), 0L);
    }
}
