package dev.mojave.lab.study;

import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import java.util.LinkedHashMap;
import java.util.Map;

/** The recipes that a study's trials run with, seeds aside. */
public final class ArmRecipes {
    private ArmRecipes() {}

    /**
     * Returns each arm's recipe by the arm's name, matched sizes among what it holds.
     *
     * @param vocabulary size of the tokenizer's vocabulary
     * @throws dev.mojave.base.Failure of kind USAGE if the arms do not hold together
     */
    public static Map<String, Recipe> of(StudyRecipe study, int vocabulary) {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        Arms.resolve(study, vocabulary).all().forEach(arm -> recipes.put(arm.name(), arm.recipe()));
        return recipes;
    }
}
