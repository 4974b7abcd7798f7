package dev.mojave.interop;

import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Tiny;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A folder in the format of transformers, with a LLaMA that follows each token with the one of the next id, and
 * SentencePiece-like words.
 */
public final class SuccessorFolder {
    /** Token embeddings. */
    public static final int EMBEDDINGS = 12;

    private static final List<String> WORDS = List.of(
            "<unk>",
            "<s>",
            "</s>",
            "\u2581the",
            "\u2581quick",
            "\u2581brown",
            "\u2581fox",
            "\u2581jumps",
            "<turn>",
            "\u2581over");

    private SuccessorFolder() {}

    /**
     * Writes the folder.
     *
     * @param settings keys of config.json, or nothing
     * @param template a post-processor, or null
     * @param padding id of an added token {@code [PAD]}, if there is one
     */
    public static void write(Path folder, String settings, String template, Optional<Integer> padding)
            throws IOException {
        ModelSpec spec = Tiny.spec(
                "llama",
                "vocab_size: " + EMBEDDINGS,
                "hidden_size: " + EMBEDDINGS,
                "num_attention_heads: 2",
                "num_key_value_heads: 2",
                "num_hidden_layers: 1",
                "intermediate_size: 4",
                "tie_word_embeddings: false");
        try (LanguageModel model = successor(spec)) {
            new ModelWriter(folder, ModelWriter.Format.HF, "")
                    .write(model, Optional.empty(), new ModelCard("successor", "mit", "", "", Map.of(), "", ""));
        }
        Files.delete(folder.resolve("generation_config.json"));
        Path config = folder.resolve("config.json");
        String keys = Files.readString(config).replaceAll("\"(bos|eos)_token_id\" : null,?\\s*", "");
        Files.writeString(config, keys.replaceFirst("\\{", "{" + (settings.isEmpty() ? "" : settings + ",")));
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer(template, padding));
    }

    private static LanguageModel successor(ModelSpec spec) {
        LanguageModel model = LanguageModel.build(spec, 1);
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            for (Parameter parameter : model.parameters()) {
                if (parameter.decays()) {
                    long[] shape = parameter.value().shape();
                    boolean table = List.of("embedding.weight", "head.weight").contains(parameter.name());
                    int shift = parameter.name().equals("head.weight") ? 1 : 0;
                    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
                    for (int id = 0; table && id < EMBEDDINGS; id++) {
                        values[(id + shift) % EMBEDDINGS * EMBEDDINGS + id] = 4;
                    }
                    parameter.value().copyInPlace(Tensors.of(values, shape));
                }
            }
        }
        return model;
    }

    private static String tokenizer(String template, Optional<Integer> padding) {
        String special = IntStream.range(0, WORDS.size())
                .filter(id -> WORDS.get(id).startsWith("<"))
                .mapToObj(id -> added(id, WORDS.get(id)))
                .collect(Collectors.joining(", "));
        String pad = padding.map(id -> ", " + added(id, "[PAD]")).orElse("");
        String metaspace =
                "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"always\", \"split\": true}";
        String vocabulary = WORDS.stream()
                .map(word -> "[\"" + word + "\", " + (word.startsWith("<") ? "0.0" : "-1.0") + "]")
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s%s], "normalizer": null,
                 "pre_tokenizer": %s, "post_processor": %s, "decoder": %s,
                 "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [%s]}}
                """, special, pad, metaspace, template, metaspace, vocabulary);
    }

    private static String added(int id, String content) {
        return String.format(Locale.ROOT, """
                {"id": %d, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                 "special": true}""", id, content);
    }
}
