package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.StopSignal;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.RecipeDraft;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small-scale versions of the single-model recipes on the embedded corpus: the loss falls from the first steps. */
class EmbeddedRecipesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"embedded-tiny", "embedded-muon"})
    void learns(String name) {
        RecipeDraft draft = RecipeDraft.read(
                Path.of("recipes", name + ".yaml"),
                List.of(
                        "model.hidden_size=16",
                        "model.num_hidden_layers=1",
                        "model.num_attention_heads=2",
                        "model.max_position_embeddings=16",
                        "train.steps=40",
                        "train.learning_rate=2e-2",
                        "train.schedule.warmup_steps=2",
                        "train.eval_every=20",
                        "train.eval_tokens=1k",
                        "engine.precision=fp32"));
        assertThat(Runs.run(draft, folder, false, StopSignal.NEVER).finished()).isTrue();
        RunFolder run = RunFolder.open(folder.resolve(name));
        List<Double> losses = MetricsLog.read(run.metrics()).stream()
                .flatMap(line -> Optional.ofNullable(line.scalars().get("val/loss")).stream())
                .toList();
        assertThat(losses).hasSizeGreaterThanOrEqualTo(2);
        // A uniform distribution over 256 bytes has 5.5 nats.
        assertThat(losses.getLast()).isLessThan(losses.getFirst()).isLessThan(3.6);
    }
}
