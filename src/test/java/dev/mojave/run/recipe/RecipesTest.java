package dev.mojave.run.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.optim.Muon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads the recipes that come with Mojave as their users would. */
class RecipesTest {
    static List<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("recipes"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeIsOneThatRuns(Path file) {
        String name = String.valueOf(file.getFileName()).replace(".yaml", "");
        if (Yaml.read(file).has("arms")) {
            // An arm's match may depend on data that is not here; everything else is checked.
            assertThat(StudyDesign.read(file, List.of(), false).name()).isEqualTo(name);
        } else if (SweepRecipe.isSweep(Yaml.read(file))) {
            assertThat(SweepRecipe.read(file, List.of(), false).name()).isEqualTo(name);
        } else {
            assertThat(RecipeDraft.read(file, List.of()).name()).isEqualTo(name);
        }
    }

    /** The two recipes differ only in the optimiser. */
    @Test
    void muonsRecipeIsThatOfAdamWButForTheOptimizer() {
        RecipeDraft muon = RecipeDraft.read(Path.of("recipes/embedded-muon.yaml"), List.of());
        RecipeDraft adamw = RecipeDraft.read(
                Path.of("recipes/embedded-tiny.yaml"),
                List.of(
                        "name=embedded-muon",
                        "train.optimizer={kind: muon, momentum: 0.95, newton_schulz_steps: 5, betas: [0.9, 0.95], weight_decay: 0.1}"));
        assertThat(muon.resolve(256).train().optimizer()).isInstanceOf(Muon.Spec.class);
        assertThat(muon.resolve(256)).isEqualTo(adamw.resolve(256));
    }

    @Test
    void everySystemHasASmallRecipeOnTheCorpusThatComesAlong() {
        for (String system : List.of("s1-babylm", "s2-124m", "s3-matched", "s4-char", "s5-chimera")) {
            assertThat(StudyRecipe.read(Path.of("recipes", system + ".yaml"), List.of())
                            .arms())
                    .isNotEmpty();
            assertThat(StudyRecipe.read(Path.of("recipes", system + "-small.yaml"), List.of())
                            .base()
                            .data()
                            .source())
                    .isEqualTo("embedded");
        }
    }
}
