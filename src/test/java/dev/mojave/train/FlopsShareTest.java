package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.StopSignal;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.Texts;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.calibration.PretendedCalibration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's share of the machine's measured ceiling, each time in a process with its own MOJAVE_HOME. */
class FlopsShareTest {
    private static final String SHARE = "train/flops_share";
    private static final double RATE = 50;

    @TempDir
    Path folder;

    @Test
    void aRunLogsItsShareOfWhatWasMeasuredWithItsLibraryThreadsAndPrecision() throws Exception {
        RunFolder run = RunFolder.open(trained("fp32"));
        double flops = run.recipe().model().counts().flopsPerToken();
        List<MetricLine> lines = MetricsLog.read(run.metrics()).stream()
                .filter(line -> line.scalars().containsKey("train/tokens_per_second"))
                .toList();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(3);
        for (MetricLine line : lines) {
            Map<String, Double> logged = line.scalars();
            double expected = logged.getOrDefault("train/tokens_per_second", Double.NaN) * flops / (RATE * 1e9);
            assertThat(logged.get(SHARE)).isPositive().isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void aRunLogsNoShareOfWhatWasNotMeasured() throws Exception {
        RunFolder run = RunFolder.open(trained("bf16-mixed"));
        assertThat(MetricsLog.read(run.metrics()))
                .anyMatch(line -> line.scalars().containsKey("train/tokens_per_second"))
                .noneMatch(line -> line.scalars().containsKey(SHARE));
    }

    private Path trained(String precision) throws IOException, InterruptedException {
        String recipe = String.format(Locale.ROOT, """
                name: run
                data: {source: %s, tokenizer: char, validation: {tail: 0.2}, document_separator: false}
                model: {preset: gpt2, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 4, steps: 4, learning_rate: 3.0e-3, eval_every: 4, log_every: 2, seed: 5}
                engine: {precision: %s, blas: openblas, threads: 1}
                """, Texts.cats(folder, 300), precision);
        ProcessBuilder builder = new ProcessBuilder(JavaCommand.of(
                        Child.class, List.of(recipe, folder.resolve("out").toString())))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("MOJAVE_HOME", folder.resolve("home").toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as(Files.readString(folder.resolve("said")))
                    .isZero();
            return folder.resolve("out/run");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Stores a measurement of this machine, for float32 only, and trains. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            PretendedCalibration.write(RATE);
            RecipeDraft draft = RecipeDraft.of(Yaml.parse(arguments[0], "test.yaml"), "test.yaml");
            Runs.run(draft, Path.of(arguments[1]), false, StopSignal.NEVER);
        }
    }
}
