package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.ModelCounts;
import dev.mojave.result.PlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final String RECIPE = """
            name: planned
            data: {source: embedded, tokenizer: byte, validation: {documents: 0.05}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 5, num_attention_heads: 2, max_position_embeddings: 16}
            train: {batch_size: 4, micro_batch_size: 2, tokens: 6400, learning_rate: 1.0e-3}
            """;

    @Test
    void countsWhatTheRecipeSaysAndMeasuresTheRest() {
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(RECIPE, "test"), "test");
        try (PreparedData data = PreparedData.open(draft.data(), Progress.SILENT)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            PlanResult plan = Planner.plan(recipe, data, Engine.current(), Progress.SILENT);
            ModelCounts counts = recipe.model().counts();
            assertThat(plan.parametersTotal()).isEqualTo(counts.total());
            assertThat(plan.flopsPerToken()).isEqualTo(counts.flopsPerToken());
            assertThat(plan.steps()).isEqualTo(100);
            assertThat(plan.stepSeconds()).isPositive().isFinite();
            assertThat(plan.trainSeconds()).isEqualTo(100 * plan.stepSeconds());
            // More than the libraries alone need, and less than the machine has.
            assertThat(plan.peakMemoryBytes()).isBetween(100L << 20, plan.machineMemoryBytes());
        }
    }
}
