package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.TextPrefix;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens that begin and end texts, as specified by the files of a model folder and interpreted by transformers.
 *
 * <p>A text ends at any {@code eos_token_id} of generation_config.json, or else of config.json, or else at the {@code eos_token}
 * of tokenizer_config.json; if none of them is set, at the token that {@link Tokenizer#endOfText} guesses by its name. It begins
 * as the template of tokenizer.json specifies, unless {@code add_bos_token} in tokenizer_config.json overrides it.
 *
 * @param tokens the tokens
 * @param warnings settings that are not followed, as sentences
 */
public record TokenSettings(SpecialTokens tokens, List<String> warnings) {
    static final String GENERATION_CONFIG = "generation_config.json";
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    private static final String TOKENS_MAP = "special_tokens_map.json";
    static final String EOS = "eos_token_id";
    static final String BOS = "bos_token_id";
    static final String PAD = "pad_token_id";
    static final List<String> IDS = List.of(BOS, EOS, PAD);
    static final String ADD_BOS = "add_bos_token";
    private static final List<String> NAMES = List.of("bos_token", "eos_token", "unk_token", "pad_token");
    static final String CLEAN_UP = "clean_up_tokenization_spaces";
    private static final List<String> SWITCHES = List.of(ADD_BOS, "add_eos_token", CLEAN_UP);

    /** Reads the files of one folder. */
    private static final class Reader {
        private final Path folder;
        private final int embeddings;
        private final Optional<Tokenizer> tokenizer;
        private final List<String> warnings = new ArrayList<>();

        Reader(Path folder, int embeddings, Optional<Tokenizer> tokenizer) {
            this.folder = folder;
            this.embeddings = embeddings;
            this.tokenizer = tokenizer;
        }

        TokenSettings read(ObjectNode config, boolean own) {
            ObjectNode generation = optional(GENERATION_CONFIG);
            ObjectNode names = own ? names() : Json.mapper().createObjectNode();
            List<Integer> ends = first(List.of(
                    () -> ids(generation, EOS, GENERATION_CONFIG),
                    () -> ids(config, EOS, ModelFolder.CONFIG),
                    () -> named(names, "eos_token"),
                    () -> tokenizer.map(Reader::guess).orElse(List.of())));
            List<Integer> starts = first(List.of(
                    () -> ids(generation, BOS, GENERATION_CONFIG),
                    () -> ids(config, BOS, ModelFolder.CONFIG),
                    () -> named(names, "bos_token")));
            List<Integer> start = first(List.of(
                    () -> starts, () -> tokenizer.map(Reader::guess).orElse(List.of()), () -> ends, () -> List.of(0)));
            SpecialTokens tokens = new SpecialTokens(
                    ends,
                    begin(names, starts),
                    start.getFirst(),
                    new SpecialTokens.Published(only(config, IDS), only(generation, IDS), names));
            if (names.path(CLEAN_UP).asBoolean(false)) {
                warnings.add(
                        TOKENIZER_CONFIG + " has " + CLEAN_UP
                                + ": true, with which transformers removes spaces in front of"
                                + " . , ? !, n't, 's and the like from decoded text; Mojave keeps the text as its tokens spell it");
            }
            return new TokenSettings(tokens, List.copyOf(warnings));
        }

        private static List<Integer> guess(Tokenizer tokenizer) {
            return tokenizer.endOfText().stream().boxed().toList();
        }

        private static List<Integer> first(List<Supplier<List<Integer>>> sources) {
            return sources.stream()
                    .map(Supplier::get)
                    .filter(ids -> !ids.isEmpty())
                    .findFirst()
                    .orElse(List.of());
        }

        private List<Integer> begin(ObjectNode names, List<Integer> starts) {
            List<Integer> template = tokenizer.map(TextPrefix::begin).orElse(List.of());
            if (!names.path(ADD_BOS).isBoolean()) {
                return template;
            }
            if (!names.path(ADD_BOS).booleanValue()) {
                return List.of();
            }
            List<Integer> begin = first(List.of(() -> named(names, "bos_token"), () -> starts));
            if (begin.isEmpty()) {
                warnings.add(TOKENIZER_CONFIG + " has add_bos_token: true, but no file names that token: texts begin "
                        + (template.isEmpty() ? "without one" : "as the template of tokenizer.json specifies"));
                return template;
            }
            return begin.subList(0, 1);
        }

        /** Returns the special tokens of tokenizer_config.json and of special_tokens_map.json, which older folders also have. */
        private ObjectNode names() {
            ObjectNode settings = optional(TOKENIZER_CONFIG);
            ObjectNode names = only(settings, NAMES);
            only(optional(TOKENS_MAP), NAMES)
                    .properties()
                    .forEach(entry -> names.putIfAbsent(entry.getKey(), entry.getValue()));
            names.setAll(only(settings, SWITCHES));
            return names;
        }

        private List<Integer> named(ObjectNode names, String key) {
            JsonNode token = names.path(key);
            String content = (token.isObject() ? token.path("content") : token).asString("");
            if (content.isEmpty() || tokenizer.isEmpty()) {
                return List.of();
            }
            return Tokenizers.idOf(tokenizer.get(), content).stream()
                    .filter(id -> id < embeddings)
                    .boxed()
                    .toList();
        }

        /** Returns the ids of a key whose value is one id, a list or null. */
        private List<Integer> ids(ObjectNode settings, String key, String file) {
            JsonNode node = settings.path(key);
            if (node.isMissingNode() || node.isNull()) {
                return List.of();
            }
            List<Integer> ids = new ArrayList<>();
            for (JsonNode id :
                    node.isArray() ? node : Json.mapper().createArrayNode().add(node)) {
                if (!id.isIntegralNumber()) {
                    throw Failure.data(
                            "%s: %s is %s; it must be the id of a token or a list of them",
                            folder.resolve(file), key, node);
                }
                if (id.canConvertToInt() && id.intValue() >= 0 && id.intValue() < embeddings) {
                    ids.add(id.intValue());
                } else {
                    warnings.add(String.format(
                            Locale.ROOT,
                            "%s of %s is %s, but the model's ids are 0 to %d; it is ignored",
                            key,
                            file,
                            id,
                            embeddings - 1));
                }
            }
            return ids;
        }

        private ObjectNode optional(String name) {
            Path file = folder.resolve(name);
            return Files.isRegularFile(file)
                    ? Json.readForeign(file)
                    : Json.mapper().createObjectNode();
        }
    }

    /**
     * Reads the settings of a folder.
     *
     * @param config the content of config.json
     * @param embeddings number of token embeddings of the model
     * @param own whether the tokenizer is the folder's own, to which tokenizer_config.json applies
     * @throws Failure of kind DATA if a file is damaged or an id is not an integer
     */
    static TokenSettings read(
            Path folder, ObjectNode config, int embeddings, Optional<Tokenizer> tokenizer, boolean own) {
        return new Reader(folder, embeddings, tokenizer).read(config, own);
    }

    private static ObjectNode only(ObjectNode settings, List<String> keys) {
        ObjectNode some = Json.mapper().createObjectNode();
        keys.stream().filter(settings::has).forEach(key -> some.set(key, settings.path(key)));
        return some;
    }

    /** Writes the ids into config.json: the published ones if there are any, or else those that end texts. */
    static void writeConfig(ObjectNode config, SpecialTokens tokens) {
        ObjectNode published = tokens.published().config();
        if (!published.isEmpty()) {
            IDS.forEach(config::remove);
        }
        config.set(EOS, ends(tokens));
        config.setAll(published);
    }

    /**
     * Returns the content of generation_config.json: the published settings, supplemented by the ids of config.json, as
     * transformers does if the file is missing.
     */
    static ObjectNode generationConfig(SpecialTokens tokens) {
        ObjectNode generation = Json.mapper().createObjectNode();
        if (!tokens.ends().isEmpty()) {
            generation.set(EOS, ends(tokens));
        }
        if (tokens.published().config().isEmpty()
                && tokens.published().generationConfig().isEmpty()) {
            tokens.ends().stream()
                    .limit(1)
                    .forEach(id -> generation.put(PAD, id)); // so that batches of prompts work without further settings
            return generation;
        }
        generation.setAll(tokens.published().config());
        generation.setAll(tokens.published().generationConfig());
        return generation;
    }

    private static JsonNode ends(SpecialTokens tokens) {
        return switch (tokens.ends().size()) {
            case 0 -> Json.mapper().nullNode();
            case 1 -> Json.mapper().valueToTree(tokens.ends().getFirst());
            default -> Json.mapper().valueToTree(tokens.ends());
        };
    }

    /** Returns the settings of special tokens for tokenizer_config.json; empty if none are needed. */
    static ObjectNode tokenizerConfig(SpecialTokens tokens, Tokenizer tokenizer) {
        ObjectNode settings = tokens.published().tokenizerConfig().deepCopy();
        if (tokens.begin().isEmpty() && !TextPrefix.begin(tokenizer).isEmpty()) {
            // The model was trained on texts without the prefix that the template adds.
            settings.put(ADD_BOS, false);
        }
        return settings;
    }
}
