package dev.mojave.run.model;

import dev.mojave.base.Failure;
import dev.mojave.interop.gguf.GgufModel;
import dev.mojave.interop.gguf.GgufType;
import dev.mojave.result.ExportResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Exports the model of a run, or of a model folder from another program, as one GGUF file for llama.cpp. */
public final class GgufExport {
    private GgufExport() {}

    /**
     * Exports a model.
     *
     * @param source folder of a run or a model
     * @param target a file name that ends with {@code .gguf}, or a folder in which to write {@code model.gguf}
     * @param checkpoint {@code last}, {@code best} or a step number
     * @throws Failure of kind USAGE if the file exists; DATA with all reasons if llama.cpp does not support the model or the
     *     tokenizer
     */
    public static ExportResult write(Path source, Path target, String checkpoint, GgufType type) {
        boolean named = target.toString().endsWith(".gguf");
        Path file = (named ? target : target.resolve("model.gguf")).toAbsolutePath();
        if (Files.exists(file)) {
            throw Failure.usage("%s already exists; choose another target or delete it", file);
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
