package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Positions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model folder in the format of Hugging Face or Mojave: config.json, weights in safetensors, and usually tokenizer.json, or
 * vocab.json and merges.txt. Opening reads only the config and the headers; weights are memory-mapped and read from disk by
 * {@link #load}. No code from the folder is executed.
 */
public final class ModelFolder implements AutoCloseable {
    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";

    /**
     * Excess parameters up to which a model is still allocated, so that the failure can list tensors; beyond it, the failure
     * reports only the counts.
     */
    private static final long MARGIN = 50_000_000;

    private static final long LARGEST_TABLE = 1L << 28;

    private final Path path;
    private final ObjectNode config;
    private final ModelSpec spec;
    private final WeightFiles weights;

    private ModelFolder(Path path, ObjectNode config, ModelSpec spec, WeightFiles weights) {
        this.path = path;
        this.config = config;
        this.spec = spec;
        this.weights = weights;
    }

    /** Returns whether a folder contains a model, that is, a config.json. */
    public static boolean isModel(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /**
     * Opens a model folder.
     *
     * @throws Failure of kind USAGE if it is not a folder; DATA that names what is missing, malformed or unsupported
     */
    public static ModelFolder open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw Failure.usage(
                    "%s is not a model folder: %s",
                    folder, Files.exists(folder) ? "it is a file" : "there is no such folder");
        }
        if (!isModel(folder)) {
            throw Failure.data("%s is not a model: %s", folder, WeightFiles.absent(folder, CONFIG));
        }
        ObjectNode config = Json.readForeign(folder.resolve(CONFIG));
        ModelSpec spec = HfConfig.read(config, folder.resolve(CONFIG).toString());
        return new ModelFolder(folder, config, spec, WeightFiles.open(folder));
    }

    /**
     * Returns a hash of the weight files in a folder.
     *
     * @throws Failure of kind DATA if there are no readable weights
     */
    public static String weightsSha256(Path folder) {
        try (WeightFiles weights = WeightFiles.open(folder)) {
            return weights.sha256();
        }
    }

    /** Returns the folder. */
    public Path path() {
        return path;
    }

    /** Returns the specification of the model. */
    public ModelSpec spec() {
        return spec;
    }

    /** Returns config.json. */
    public ObjectNode config() {
        return config.deepCopy();
    }

    /** Returns warnings for users of the model, as sentences. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(HfConfig.warnings(config, spec));
        if (Tokenizers.in(path).filter(file -> !file.endsWith(TOKENIZER)).isPresent()) {
            warnings.add(
                    "there is no tokenizer.json: vocab.json and merges.txt are read as byte-level BPE, which splits text as GPT-2 does"
                            + " unless tokenizer_config.json names another class that Mojave supports");
        }
        return warnings;
    }

    /** Returns the weights under the names of {@link WeightNames}. */
    public StoredTensors weights() {
        return new PublishedTensors(weights, spec);
    }

    /**
     * Builds the model with its weights, in float32; the caller closes it.
     *
     * @throws Failure of kind DATA that lists the tensors that are missing, unexpected or of another shape
     */
    public LanguageModel load() {
        requireNear();
        LanguageModel model = LanguageModel.blank(spec);
        try {
            WeightNames.fromStored(spec, weights(), model.tensors());
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Rejects a config whose model is far larger than the stored weights, before allocating memory for it. */
    private void requireNear() {
        StoredTensors stored = weights();
        long elements = stored.names().stream()
                .mapToLong(name -> Arrays.stream(stored.shape(name)).reduce(1, (a, b) -> a * b))
                .sum();
        long asked = spec.counts().total();
        if (asked < 0 || asked > MARGIN + 2 * elements) {
            throw Failure.data(
                    "%s describes a model of %,d parameters, but the weight files contain %,d; they belong to different models",
                    path.resolve(CONFIG), asked, elements);
        }
        long angles = (long) spec.maxPositionEmbeddings() * spec.headSize();
        if (spec.frame().position().positionEmbedding() == Positions.ROPE && angles > LARGEST_TABLE) {
            throw Failure.data(
                    "%s: max_position_embeddings (%,d) requires %,d rotary angles each for sine and cosine; at most %,d are supported",
                    path.resolve(CONFIG), spec.maxPositionEmbeddings(), angles / 2, LARGEST_TABLE / 2);
        }
    }

    /**
     * Returns the tokenizer; empty if the folder has none. Special tokens that were added to it without resizing the embeddings
     * are left out: see {@link Tokenizers#leftOut}.
     *
     * @throws Failure of kind DATA if it is damaged, or has more tokens than the model has embeddings
     */
    public Optional<Tokenizer> tokenizer() {
        Optional<Path> found = Tokenizers.in(path);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Path file = found.get();
        Tokenizer tokenizer = Tokenizers.read(file, spec.vocabSize());
        Optional<Tokenizer> fitting = Tokenizers.within(tokenizer, spec.vocabSize());
        if (fitting.isEmpty()) {
            throw Failure.data(
                    "%s has %d tokens, but vocab_size in %s is %d; they belong to different models",
                    file, tokenizer.vocabSize(), path.resolve(CONFIG), spec.vocabSize());
        }
        return fitting;
    }

    /**
     * Reads which tokens begin and end texts.
     *
     * @param tokenizer the tokenizer that is used with the model
     * @param own whether it is the folder's own tokenizer
     * @throws Failure of kind DATA if one of the files is damaged
     */
    public TokenSettings tokenSettings(Optional<Tokenizer> tokenizer, boolean own) {
        return TokenSettings.read(path, config, spec.vocabSize(), tokenizer, own);
    }

    @Override
    public void close() {
        weights.close();
    }
}
