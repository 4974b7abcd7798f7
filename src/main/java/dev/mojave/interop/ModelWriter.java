package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.files.Staging;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a model folder: weights, tokenizer.json, generation_config.json, README.md and, last, config.json, which makes the
 * folder a model. Writing is atomic: a failure leaves nothing behind. {@link Format#HF} is a folder that transformers loads with
 * equal logits; {@link Format#MOJAVE} is Mojave's own format, for models that no architecture of Hugging Face computes. {@link
 * ModelFolder} reads both and restores the weights bit for bit.
 */
public final class ModelWriter {
    /** Maximum size of a weight file in bytes; larger models are split into shards with an index. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    /** The formats of a model folder. */
    public enum Format {
        HF,
        MOJAVE
    }

    private final Path folder;
    private Path place;
    private final Format format;
    private final String origin;
    private final long shardBytes;

    /**
     * Creates a writer for a folder that does not exist or is empty.
     *
     * @param origin the {@code model_type} of an imported model, which it keeps if that architecture still computes the same;
     *     empty for others
     */
    public ModelWriter(Path folder, Format format, String origin) {
        this(folder, format, origin, SHARD_BYTES);
    }

    ModelWriter(Path folder, Format format, String origin, long shardBytes) {
        this.folder = folder;
        this.place = folder;
        this.format = format;
        this.origin = origin;
        this.shardBytes = shardBytes;
    }

    /**
     * Writes the folder.
     *
     * @return the {@code model_type} of the folder
     * @throws Failure of kind USAGE if the folder is not empty or the format cannot represent the model; ENVIRONMENT if the disk
     *     is full
     */
    public String write(LanguageModel model, Optional<Tokenizer> tokenizer, ModelCard card) {
        return write(model, tokenizer, tokenizer.map(SpecialTokens::of), card);
    }

    /**
     * Writes the folder of an imported model.
     *
     * @param special the tokens that begin and end its texts; empty if unknown
     * @return the {@code model_type} of the folder
     * @throws Failure as {@link #write(LanguageModel, Optional, ModelCard)}
     */
    public String write(
            LanguageModel model, Optional<Tokenizer> tokenizer, Optional<SpecialTokens> special, ModelCard card) {
        ModelSpec spec = model.spec();
        if (format == Format.HF) {
            tokenizer.flatMap(Tokenizers::libraryDifference).ifPresent(difference -> {
                throw Failure.data(
                        "the tokenizer cannot be written for transformers: %s; export with --format mojave or gguf",
                        difference);
            });
        }
        ObjectNode config =
                format == Format.HF ? HfConfig.writeForHuggingFace(spec, origin) : HfConfig.write(spec, origin);
        special.ifPresent(tokens -> TokenSettings.writeConfig(config, tokens));
        String modelType = format == Format.HF ? config.path("model_type").stringValue() : "mojave";
        requireEmpty();
        try (Staging staging = Staging.folder(folder, false)) {
            place = staging.place();
            try (Scope _ = Scope.open()) {
                writeWeights(Weights.entries(WeightNames.toStored(spec, model.parameters())));
            }
            if (tokenizer.isPresent()) {
                SpecialTokens tokens = special.orElseGet(() -> SpecialTokens.of(tokenizer.get()));
                writeTokenizer(tokenizer.get(), tokens, spec);
            }
            write(
                    TokenSettings.GENERATION_CONFIG,
                    special.map(TokenSettings::generationConfig).orElseGet(JsonNodeFactory.instance::objectNode));
            AtomicFiles.write(place.resolve("README.md"), card.text(spec, modelType));
            write(ModelFolder.CONFIG, config);
            staging.publish(ModelFolder.CONFIG);
            return modelType;
        } catch (IOException e) {
            throw IoFailures.of("write the model", folder, e);
        }
    }

    private void requireEmpty() {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw Failure.usage("%s is a file; choose a new or empty folder for the model", folder);
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> content = Files.list(folder)) {
                if (!content.allMatch(Staging::isLeft)) {
                    throw Failure.usage("%s is not empty; choose a new or empty folder for the model", folder);
                }
            } catch (IOException e) {
                throw IoFailures.of("write the model", folder, e);
            }
        }
    }

    private void write(String name, ObjectNode content) throws IOException {
        AtomicFiles.write(place.resolve(name), Json.pretty(content) + "\n");
    }

    private void writeWeights(List<SafeEntry> entries) throws IOException {
        List<List<SafeEntry>> shards = shards(entries);
        if (shards.size() == 1) {
            SafetensorsWriter.write(place.resolve("model.safetensors"), entries, Map.of());
            return;
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        long total =
                entries.stream().mapToLong(entry -> entry.data().byteSize()).sum();
        index.putObject("metadata").put("total_size", total);
        ObjectNode map = index.putObject("weight_map");
        Map<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            SafetensorsWriter.write(place.resolve(name), shards.get(i), Map.of());
            shards.get(i).forEach(entry -> sorted.put(entry.name(), name));
        }
        sorted.forEach(map::put);
        write("model.safetensors.index.json", index);
    }

    private List<List<SafeEntry>> shards(List<SafeEntry> entries) {
        List<List<SafeEntry>> shards = new ArrayList<>(List.of(new ArrayList<>()));
        long bytes = 0;
        for (SafeEntry entry : entries) {
            if (bytes > 0 && bytes + entry.data().byteSize() > shardBytes) {
                shards.add(new ArrayList<>());
                bytes = 0;
            }
            shards.getLast().add(entry);
            bytes += entry.data().byteSize();
        }
        return shards;
    }

    private void writeTokenizer(Tokenizer tokenizer, SpecialTokens tokens, ModelSpec spec) throws IOException {
        ObjectNode settings = TokenSettings.tokenizerConfig(tokens, tokenizer);
        if (format == Format.MOJAVE) {
            AtomicFiles.write(place.resolve(ModelFolder.TOKENIZER), tokenizer.toJson());
            Tokenizers.namedEnd(tokenizer)
                    .ifPresent(end -> settings.putIfAbsent("eos_token", settings.stringNode(end)));
            if (!settings.isEmpty()) {
                write(TokenSettings.TOKENIZER_CONFIG, settings);
            }
            return;
        }
        String json = Tokenizers.huggingFace(tokenizer);
        AtomicFiles.write(place.resolve(ModelFolder.TOKENIZER), json);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("model_max_length", spec.maxPositionEmbeddings());
        config.put("clean_up_tokenization_spaces", false);
        spelling(Json.tree(json), tokens.ends()).ifPresent(end -> config.put("eos_token", end));
        config.setAll(settings);
        write(TokenSettings.TOKENIZER_CONFIG, config);
    }

    private static Optional<String> spelling(JsonNode tokenizer, List<Integer> ends) {
        for (JsonNode token : tokenizer.path("added_tokens")) {
            if (!ends.isEmpty() && token.path("id").asInt(-1) == ends.getFirst()) {
                return Optional.of(token.path("content").asString(""));
            }
        }
        return Optional.empty();
    }
}
