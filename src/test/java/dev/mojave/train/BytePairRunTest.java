package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.data.window.RowLayout;
import dev.mojave.eval.Perplexity;
import dev.mojave.generate.Generator;
import dev.mojave.generate.SamplingSpec;
import dev.mojave.interop.ModelWriter;
import dev.mojave.interop.gguf.GgufType;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.result.GenerateResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.model.ExportedModel;
import dev.mojave.run.model.GgufExport;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From text to a trained tokenizer to a model that generates text; the run's folder contains the tokenizer. */
class BytePairRunTest {
    @TempDir
    Path folder;

    @Test
    void aModelIsTrainedMeasuredAndGeneratesWithATrainedTokenizer() throws Exception {
        String words = "the grey cats sat on the old mats, didn't they?\n".repeat(120);
        Path text = Files.writeString(folder.resolve("text.txt"), words);
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(280, 2));
        trainer.add(words);
        Path file = Files.writeString(
                folder.resolve("tokenizer.json"),
                trainer.finish(Progress.SILENT).json());
        String recipe = String.format(Locale.ROOT, """
                name: run
                data: {source: %s, tokenizer: %s, validation: {tail: 0.2}}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 4, steps: 6, learning_rate: 3.0e-3, eval_every: 6, seed: 5}
                engine: {precision: fp32}
                """, text, file);
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(recipe, "test.yaml"), "test.yaml");
        Path trained = Runs.run(draft, folder.resolve("runs"), false, StopSignal.NEVER)
                .folder()
                .path();
        Path moved = Files.move(trained, folder.resolve("moved"));
        Files.delete(file);
        try (SavedModel saved = SavedModel.load(RunFolder.open(moved), SavedModel.LAST);
                PreparedData data = PreparedData.open(RunFolder.open(moved).data(), Progress.SILENT)) {
            assertThat(saved.tokenizer()).isInstanceOf(BytePairTokenizer.class);
            assertThat(saved.model().spec().vocabSize()).isEqualTo(280);
            assertThat(data.tokenizer().toJson()).isEqualTo(saved.tokenizer().toJson());
            Perplexity perplexity =
                    new Perplexity(EvalWindows.all(data.validation(), new RowLayout.Windows(16)), saved.tokenizer(), 4);
            EvalResult result = perplexity.measure(saved.model(), Context.EVALUATION, Progress.SILENT);
            assertThat(result.bitsPerByte())
                    .isCloseTo(
                            result.bitsPerToken() * result.tokens() / result.bytes(),
                            org.assertj.core.data.Offset.offset(1e-9));
            assertThat(result.bytes()).isGreaterThan(2 * result.tokens());
            GenerateResult generated = new Generator(saved.model(), saved.tokenizer())
                    .generate("the grey", SamplingSpec.sample(20, 1), piece -> {}, StopSignal.NEVER);
            assertThat(generated.tokens()).isPositive();
        }
        Path gguf = folder.resolve("for-llama-cpp");
        GgufExport.write(moved, gguf, SavedModel.LAST, GgufType.Q8_0);
        assertThat(gguf.resolve("model.gguf")).isNotEmptyFile();
        assertThatThrownBy(() -> GgufExport.write(moved, gguf, SavedModel.LAST, GgufType.F32))
                .hasMessageContaining("model.gguf already exists");
    }

    /** An end-of-text token whose name cannot be guessed: the setting that names it is kept in the run and in exports. */
    @Test
    void theEndTokenThatWasNamedGoesAlong() throws Exception {
        String words = "the grey cats sat on the old mats, didn't they?\n".repeat(60);
        Path text = Files.writeString(folder.resolve("text.txt"), words);
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(280, 2));
        trainer.add(words);
        String json = trainer.finish(Progress.SILENT).json().replace("<|endoftext|>", "<|the end|>");
        Path trained = run("named", text, json, ", end_of_text: <|the end|>");
        Path moved = Files.move(trained, folder.resolve("moved"));
        try (SavedModel saved = SavedModel.load(moved, SavedModel.LAST);
                PreparedData data = PreparedData.open(RunFolder.open(moved).data(), Progress.SILENT)) {
            assertThat(saved.tokenizer().endOfText()).hasValue(0);
            assertThat(data.tokenizer().endOfText()).hasValue(0);
        }
        Path gguf = folder.resolve("for-llama-cpp");
        GgufExport.write(moved, gguf, SavedModel.LAST, GgufType.F32);
        assertThat(Files.readString(gguf.resolve("model.gguf"), StandardCharsets.ISO_8859_1))
                .contains("tokenizer.ggml.eos_token_id", "<|the end|>");
        for (ModelWriter.Format format : ModelWriter.Format.values()) {
            Path exported = folder.resolve("exported-" + format);
            ExportedModel.write(moved, exported, new ExportedModel.Options(SavedModel.LAST, format, "unknown"));
            try (SavedModel saved = SavedModel.load(exported, SavedModel.LAST)) {
                assertThat(saved.tokenizer().endOfText()).as("%s", format).hasValue(0);
            }
        }
    }

    /** transformers would read other ids than the model was trained with, so the export is rejected. */
    @Test
    void aTokenizerThatTransformersReadsOtherwiseIsNotExportedForIt() throws Exception {
        String words = "the grey cats sat on the old mats, didn't they?\n".repeat(60);
        Path text = Files.writeString(folder.resolve("text.txt"), words);
        BytePairTrainer trainer = new BytePairTrainer(new BytePairTrainer.Spec(280, 2));
        trainer.add(words);
        ObjectNode root = (ObjectNode) Json.tree(trainer.finish(Progress.SILENT).json());
        ((ArrayNode) root.path("added_tokens"))
                .add(((ObjectNode) root.path("added_tokens").path(0).deepCopy())
                        .put("id", 300)
                        .put("content", "<|x|>"));
        Path trained = run("gap", text, Json.line(root), "");
        Path exported = folder.resolve("exported");
        assertThatThrownBy(() -> ExportedModel.write(
                        trained,
                        exported,
                        new ExportedModel.Options(SavedModel.LAST, ModelWriter.Format.HF, "unknown")))
                .isInstanceOf(Failure.class)
                .hasMessage("the tokenizer cannot be written for transformers: the added token '<|x|>' has the id 300,"
                        + " but Hugging Face's library, which numbers added tokens consecutively, assigns"
                        + " 280; export with --format mojave or gguf");
        assertThat(exported).doesNotExist();
        ExportedModel.write(
                trained, exported, new ExportedModel.Options(SavedModel.LAST, ModelWriter.Format.MOJAVE, "unknown"));
        try (SavedModel saved = SavedModel.load(exported, SavedModel.LAST)) {
            assertThat(saved.tokenizer().encode("<|x|>")).containsExactly(300);
        }
    }

    private Path run(String name, Path text, String tokenizer, String dataKeys) throws IOException {
        Path file = Files.writeString(folder.resolve(name + "-tokenizer.json"), tokenizer);
        String recipe = String.format(Locale.ROOT, """
                name: %s
                data: {source: %s, tokenizer: %s, validation: {tail: 0.2}%s}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 4, steps: 2, learning_rate: 3.0e-3, eval_every: 2, seed: 5}
                engine: {precision: fp32}
                """, name, text, file, dataKeys);
        return Runs.run(
                        RecipeDraft.of(Yaml.parse(recipe, "test.yaml"), "test.yaml"),
                        folder.resolve("runs"),
                        false,
                        StopSignal.NEVER)
                .folder()
                .path();
    }
}
