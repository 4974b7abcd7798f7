package dev.mojave.lab.study;

import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import java.util.LinkedHashMap;
import java.util.Map;

/** The recipes of a study's trials, apart from their seeds. */
public final class ArmRecipes {
    private ArmRecipes() {}

    /**
     * Returns the resolved recipe of each arm by the arm's name, with matched sizes filled in.
     *
     * @param vocabulary size of the tokenizer's vocabulary
     * @throws dev.mojave.base.Failure of kind USAGE if the arms do not form a valid study
     */
    public static Map<String, Recipe> of(StudyRecipe study, int vocabulary) {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        Arms.resolve(study, vocabulary).all().forEach(arm -> recipes.put(arm.name(), arm.recipe()));
        return recipes;
    }
}
