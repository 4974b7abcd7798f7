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
 * Writes a folder with a model: weights, tokenizer.json, generation_config.json, README.md and, last, config.json, without which a folder is
 * no model. All or nothing: what cannot be finished leaves nothing. As {@link Format#HF} it is one that transformers loads with equal logits; as {@link Format#MOJAVE} it is Mojave's own, for
 * what no architecture of Hugging Face computes. {@link ModelFolder} reads both, and the weights come back bit for bit.
 */
public final class ModelWriter {
    /** The largest file of weights; larger models are split into shards with an index. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    /** What the folder is for. */
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
     * Writes into a folder that does not exist or is empty.
     *
     * @param origin the {@code model_type} that the model came with, which it keeps if that still computes what it does; or nothing
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
     * Writes everything.
     *
     * @return the {@code model_type} that the folder has
     * @throws Failure of kind USAGE if the folder has content, or if the format cannot hold the model; ENVIRONMENT if the disk is full
     */
    public String write(LanguageModel model, Optional<Tokenizer> tokenizer, ModelCard card) {
        return write(model, tokenizer, tokenizer.map(SpecialTokens::of), card);
    }

    /**
     * Writes everything for a model from elsewhere.
     *
     * @param special which tokens begin and end its texts; absent where nobody knows
     * @return the {@code model_type} that the folder has
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
            throw Failure.usage("%s is a file; a model is written into a folder of its own", folder);
        }
        if (Files.isDirectory(folder)) {
            try (Stream<Path> content = Files.list(folder)) {
                if (!content.allMatch(Staging::isLeft)) {
                    throw Failure.usage("%s is not empty; a model is written into a new folder", folder);
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
