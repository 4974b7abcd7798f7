package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.checkpoint.Checkpoint;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.train.listen.Listener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Listeners that store a state in checkpoints get it back. */
class StatefulListenersTest {
    @TempDir
    Path folder;

    /** A listener whose state is a number. */
    private static final class Keeper implements Listener.Stateful {
        private final String key;
        private final double value;
        private final List<JsonNode> restored = new ArrayList<>();

        Keeper(String key, double value) {
            this.key = key;
            this.value = value;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public Optional<JsonNode> state() {
            return Optional.of(Json.mapper().createObjectNode().put("value", value));
        }

        @Override
        public void restore(JsonNode state) {
            restored.add(state);
        }
    }

    @Test
    void everyOneOfARunIsRestoredOnce() throws Exception {
        Path text = Files.writeString(folder.resolve("text.txt"), "the cats sat on the mats. ".repeat(100));
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(String.format(Locale.ROOT, """
                        name: run
                        data: {source: %s, tokenizer: byte}
                        model: {preset: llama, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                        train: {batch_size: 2, steps: 2, learning_rate: 3.0e-3}
                        engine: {precision: fp32}
                        """, text), "test.yaml"), "test.yaml");
        RunFolder run = RunFolder.create(folder, "run", false);
        try (PreparedData data = PreparedData.open(draft.data(), Progress.SILENT)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            try (LanguageModel model = LanguageModel.build(recipe.model(), 0)) {
                TrainJob job = new TrainJob(
                        model,
                        data,
                        recipe.train(),
                        Engine.configure(draft.engine(), Progress.SILENT),
                        recipe.sha256(),
                        run);
                try (Trainer trainer = new Trainer(job)) {
                    trainer.run(List.of(), StopSignal.NEVER);
                    trainer.save(List.of(new Keeper("one", 1), new Keeper("two", 2)), false);
                }
                Keeper one = new Keeper("one", 0);
                Keeper two = new Keeper("two", 0);
                Keeper three = new Keeper("three", 0);
                try (Trainer trainer = new Trainer(job);
                        Checkpoint checkpoint = run.checkpoints().open(2)) {
                    trainer.resume(checkpoint);
                    trainer.restore(one); // Restored before the others, as a run does that needs the best loss.
                    trainer.run(List.of(one, two, three), StopSignal.NEVER);
                }
                assertThat(one.restored).hasToString("[{\"value\":1.0}]");
                assertThat(two.restored).hasToString("[{\"value\":2.0}]");
                assertThat(three.restored).isEmpty();
            }
        }
    }

    @Test
    void twoOfOneKeyAreRefused() {
        assertThatThrownBy(() -> Listener.stateful(List.of(new Keeper("one", 1), new Keeper("one", 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two listeners store their state under 'one'");
    }
}
