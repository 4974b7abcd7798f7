package dev.mojave.run.model;

import dev.mojave.base.Failure;
import dev.mojave.interop.gguf.GgufModel;
import dev.mojave.interop.gguf.GgufType;
import dev.mojave.result.ExportResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the model of a run, or of a folder from elsewhere, as one GGUF file for llama.cpp. */
public final class GgufExport {
    private GgufExport() {}

    /**
     * Exports.
     *
     * @param source a run, or a folder with a model
     * @param target a file that ends with {@code .gguf}, or a folder that gets {@code model.gguf}
     * @param checkpoint {@code last}, {@code best} or a step
     * @throws Failure of kind USAGE if the file is there, DATA if llama.cpp has no such model or tokenizer, with every reason
     */
    public static ExportResult write(Path source, Path target, String checkpoint, GgufType type) {
        boolean named = target.toString().endsWith(".gguf");
        Path file = (named ? target : target.resolve("model.gguf")).toAbsolutePath();
        if (Files.exists(file)) {
            throw Failure.usage("%s exists; choose another place or remove it", file);
        }
        try (SavedModel saved = SavedModel.load(source, checkpoint)) {
            String name = String.valueOf(source.toAbsolutePath().normalize().getFileName());
            GgufModel.write(
                    file,
                    name,
                    saved.model().spec(),
                    saved.model().parameters(),
                    saved.tokenizer(),
                    saved.special(),
                    type);
            return new ExportResult(
                    (named ? target : target.resolve("model.gguf")).toString(),
                    GgufModel.architecture(saved.model().spec()),
                    saved.model().parameterCount(),
                    List.of());
        }
    }
}
