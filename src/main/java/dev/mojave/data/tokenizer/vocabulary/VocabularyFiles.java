package dev.mojave.data.tokenizer.vocabulary;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.files.TextFile;
import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads byte-level tokenizers in the format before {@code tokenizer.json}: {@code vocab.json} and {@code merges.txt}, with special tokens
 * in {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code added_tokens.json} if these are in the same folder. The
 * files do not specify how text is split before merging, so {@code tokenizer_class} decides: Qwen2's pre-tokenizer for Qwen2's class,
 * otherwise GPT-2's. A class that splits text in another way is refused.
 */
public final class VocabularyFiles {
    static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";

    private static final List<String> ROBERTA = List.of("RobertaTokenizer", "BartTokenizer", "LongformerTokenizer");
    private static final List<String> GPT2 = List.of("GPT2Tokenizer", "CodeGenTokenizer", "PreTrainedTokenizer");
    private static final String QWEN2 = "Qwen2Tokenizer";
    private static final String QWEN2_PATTERN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Path folder;
    private final ObjectNode vocabulary;
    private final ObjectNode config;
    private final String tokenizerClass;
    private final Map<String, ObjectNode> added = new LinkedHashMap<>();

    private VocabularyFiles(Path folder) {
        this.folder = folder;
        this.vocabulary = Json.read(folder.resolve(VOCABULARY), ObjectNode.class);
        this.config = optional(EndOfText.CONFIG);
        this.tokenizerClass =
                config.path("tokenizer_class").asString("GPT2Tokenizer").replaceFirst("Fast$", "");
    }

    /** Returns the vocabulary file of such a tokenizer in a folder, if there is one. */
    public static Optional<Path> in(Path folder) {
        return Files.isRegularFile(folder.resolve(VOCABULARY)) && Files.isRegularFile(folder.resolve(MERGES))
                ? Optional.of(folder.resolve(VOCABULARY))
                : Optional.empty();
    }

    /** Returns whether a file is the vocabulary of such a tokenizer. */
    public static boolean is(Path file) {
        return file.endsWith(VOCABULARY) && Files.isRegularFile(file.resolveSibling(MERGES));
    }

    /**
     * Returns the tokenizer as the content of a {@code tokenizer.json}.
     *
     * @throws Failure of kind DATA if it is of another kind, or a file is damaged
     */
    public static String json(Path vocabulary) {
        return new VocabularyFiles(vocabulary.resolveSibling(".").normalize()).json();
    }

    private String json() {
        requireKnown();
        addTokens();
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode tokens = root.putArray("added_tokens");
        added.values().stream()
                .sorted((a, b) ->
                        Integer.compare(a.path("id").intValue(), b.path("id").intValue()))
                .forEach(tokens::add);
        boolean qwen = tokenizerClass.equals(QWEN2);
        root.set("normalizer", qwen ? Json.tree("{\"type\": \"NFC\"}") : JsonNodeFactory.instance.nullNode());
        root.set("pre_tokenizer", qwen ? qwenSplit() : byteLevel());
        root.set("post_processor", template());
        root.set("decoder", byteLevel());
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "").put("fuse_unk", false);
        model.put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", vocabulary);
        merges(model.putArray("merges"));
        return root.toString();
    }

    private void requireKnown() {
        boolean known =
                GPT2.contains(tokenizerClass) || ROBERTA.contains(tokenizerClass) || tokenizerClass.equals(QWEN2);
        boolean words = vocabulary.propertyNames().stream().anyMatch(token -> token.endsWith("</w>"));
        if (!known || words) {
            throw Failure.data(
                    "%s has %s and %s, but no tokenizer.json, and %s: these files do not specify how it splits text."
                            + " Create a tokenizer.json in Python:"
                            + " AutoTokenizer.from_pretrained(\"%s\").save_pretrained(\"NEW_FOLDER\")",
                    folder,
                    VOCABULARY,
                    MERGES,
                    words ? "tokens that end with </w>" : "tokenizer_class is " + tokenizerClass,
                    folder);
        }
    }

    private ObjectNode byteLevel() {
        ObjectNode part = JsonNodeFactory.instance.objectNode().put("type", "ByteLevel");
        return part.put("add_prefix_space", config.path("add_prefix_space").asBoolean(false))
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static JsonNode qwenSplit() {
        ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
        ArrayNode parts = sequence.putArray("pretokenizers");
        ObjectNode split = parts.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", QWEN2_PATTERN);
        split.put("behavior", "Isolated").put("invert", false);
        parts.addObject()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
        return sequence;
    }

    /** RoBERTa and related models put one token before each text and one after it. */
    private JsonNode template() {
        ObjectNode begin = added.get("<s>");
        ObjectNode end = added.get("</s>");
        if (!ROBERTA.contains(tokenizerClass) || begin == null || end == null) {
            return byteLevel();
        }
        ObjectNode part = JsonNodeFactory.instance.objectNode().put("type", "RobertaProcessing");
        part.putArray("sep").add("</s>").add(end.path("id").intValue());
        part.putArray("cls").add("<s>").add(begin.path("id").intValue());
        return part.put("trim_offsets", true)
                .put("add_prefix_space", config.path("add_prefix_space").asBoolean(false));
    }

    private void addTokens() {
        for (Map.Entry<String, JsonNode> entry : optional("added_tokens.json").properties()) {
            add(
                    JsonNodeFactory.instance.stringNode(entry.getKey()),
                    entry.getValue().asInt(-1),
                    false);
        }
        for (Map.Entry<String, JsonNode> entry :
                config.path("added_tokens_decoder").properties()) {
            String id = entry.getKey();
            add(entry.getValue(), id.matches("[0-9]{1,9}") ? Integer.parseInt(id) : -1, false);
        }
        for (ObjectNode source : List.of(optional("special_tokens_map.json"), config)) {
            ROLES.forEach(role -> add(source.path(role), -1, true));
            source.path("additional_special_tokens").forEach(token -> add(token, -1, true));
        }
        // The tokens that the classes treat as special without being told, if the vocabulary has them.
        List<String> usual = ROBERTA.contains(tokenizerClass)
                ? List.of("<s>", "</s>", "<unk>", "<pad>", "<mask>")
                : List.of("<|endoftext|>");
        usual.stream()
                .filter(vocabulary::has)
                .forEach(token -> add(JsonNodeFactory.instance.stringNode(token), -1, true));
    }

    /** Adds a token, given as text or as an object with {@code content}. A token that has already been added can only become special. */
    private void add(JsonNode token, int id, boolean special) {
        String content =
                token.isString() ? token.stringValue() : token.path("content").asString("");
        if (content.isEmpty()) {
            return;
        }
        ObjectNode known = added.get(content);
        if (known != null) {
            boolean either = special || known.path("special").booleanValue();
            known.put("special", either);
            return;
        }
        boolean control = special || token.path("special").asBoolean(false);
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("id", vocabulary.path(content).asInt(id >= 0 ? id : next())).put("content", content);
        entry.put("single_word", token.path("single_word").asBoolean(false));
        entry.put(
                "lstrip", token.path("lstrip").asBoolean(content.equals("<mask>") && ROBERTA.contains(tokenizerClass)));
        entry.put("rstrip", token.path("rstrip").asBoolean(false));
        entry.put("normalized", token.path("normalized").asBoolean(!control)).put("special", control);
        added.put(content, entry);
    }

    /** Returns the id after all others. */
    private int next() {
        int last = -1;
        for (JsonNode id : vocabulary) {
            last = Math.max(last, id.asInt(-1));
        }
        for (ObjectNode token : added.values()) {
            last = Math.max(last, token.path("id").intValue());
        }
        return last + 1;
    }

    private void merges(ArrayNode merges) {
        Path file = folder.resolve(MERGES);
        int number = 0;
        for (String line : lines(file)) {
            number++;
            if (line.isEmpty() || (number == 1 && line.startsWith("#version"))) {
                continue;
            }
            String[] sides = line.split(" ", -1);
            if (sides.length != 2 || sides[0].isEmpty() || sides[1].isEmpty()) {
                throw Failure.data(
                        "%s, line %d: '%s' is not a merge, which is two tokens separated by a space",
                        file, number, line);
            }
            merges.addArray().add(sides[0]).add(sides[1]);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return TextFile.read(file).lines().toList();
        } catch (TextFile.NotUtf8 e) {
            throw Failure.data("%s %s; a list of merges must be UTF-8", file, String.valueOf(e.getMessage()))
                    .because(e);
        } catch (IOException e) {
            throw IoFailures.of("read the tokenizer", file, e);
        }
    }

    private ObjectNode optional(String name) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? Json.readForeign(file) : JsonNodeFactory.instance.objectNode();
    }
}
