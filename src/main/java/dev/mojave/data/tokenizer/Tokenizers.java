package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.files.TextFile;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.JsonFaults;
import dev.mojave.data.tokenizer.bpe.BytePairTrainer;
import dev.mojave.data.tokenizer.bpe.HuggingFaceFormat;
import dev.mojave.data.tokenizer.vocabulary.AddedTokenIds;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import dev.mojave.data.tokenizer.vocabulary.VocabularyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads tokenizers from files, and answers questions that depend on their kind. */
public final class Tokenizers {
    /** The names that {@code data.tokenizer} accepts besides paths. */
    public static final List<String> NAMES = List.of(CharTokenizer.KIND, ByteTokenizer.KIND, BytePairTokenizer.GPT2);

    /** The name of the file whose content {@link #config} returns. */
    public static final String CONFIG = EndOfText.CONFIG;

    private Tokenizers() {}

    /**
     * Returns the file of a folder's tokenizer, if it has one: {@code tokenizer.json}, or {@code vocab.json} if {@code merges.txt} is in
     * the same folder.
     */
    public static Optional<Path> in(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        return Files.isRegularFile(file) ? Optional.of(file) : VocabularyFiles.in(folder);
    }

    /**
     * Returns the content of a {@code tokenizer.json} or, for a {@code vocab.json}, of the equivalent {@code tokenizer.json}; it
     * identifies the tokenizer.
     */
    public static String text(Path file) {
        try {
            return VocabularyFiles.is(file) ? VocabularyFiles.json(file) : TextFile.read(file);
        } catch (TextFile.NotUtf8 e) {
            throw Failure.data("%s %s; a tokenizer.json must be UTF-8", file, String.valueOf(e.getMessage()))
                    .because(e);
        } catch (IOException e) {
            throw IoFailures.of("read the tokenizer", file, e);
        }
    }

    /**
     * Reads a {@code tokenizer.json}, ours or Hugging Face's, or a {@code vocab.json} with the {@code merges.txt} in the same folder.
     * Texts end with the {@code eos_token} of a {@code tokenizer_config.json} in the same folder, if that is one of the added tokens;
     * otherwise with the first added token that has a well-known name.
     *
     * @throws Failure of kind USAGE if the file is missing or cannot be read, DATA if it is not a tokenizer
     */
    public static Tokenizer read(Path file) {
        return read(file, Optional.empty());
    }

    /**
     * Reads a {@code tokenizer.json} as {@link #read(Path)} does.
     *
     * @param endOfText the added token that ends texts ({@code data.end_of_text}), which takes precedence over a
     *     {@code tokenizer_config.json}
     * @throws Failure also of kind USAGE if the file does not have that token
     */
    public static Tokenizer read(Path file, Optional<String> endOfText) {
        return fromJson(text(file), EndOfText.of(file, endOfText), file.toString());
    }

    /** Reads what {@link Tokenizer#toJson} returned. */
    public static Tokenizer fromJson(String json) {
        return fromJson(json, new EndOfText.Guessed(), "tokenizer.json");
    }

    /**
     * Returns the content of the end-of-text token, if it was named by {@code data.end_of_text} or a {@code tokenizer_config.json}; the
     * name is not part of {@link Tokenizer#toJson}.
     */
    public static Optional<String> namedEnd(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case CharTokenizer _, ByteTokenizer _ -> Optional.empty();
            case BytePairTokenizer t -> t.namedEnd();
            case TokenizerFile t -> t.namedEnd();
            case LimitedTokenizer t -> namedEnd(t.kept());
        };
    }

    /**
     * Returns the content of the end-of-text token that {@code data.end_of_text} or the {@code tokenizer_config.json} of a tokenizer file
     * names, without reading the file itself.
     *
     * @param asked value of {@code data.end_of_text}
     */
    public static Optional<String> namedEnd(Path file, Optional<String> asked) {
        return switch (EndOfText.of(file, asked)) {
            case EndOfText.Guessed _ -> Optional.empty();
            case EndOfText.Requested(String content) -> Optional.of(content);
            case EndOfText.Configured(String content) -> Optional.of(content);
        };
    }

    /**
     * Returns the content of the {@code tokenizer_config.json} that must accompany {@link Tokenizer#toJson} so that texts end with the
     * same token; empty if none is needed.
     */
    public static Optional<String> config(Tokenizer tokenizer) {
        return namedEnd(tokenizer)
                .map(end -> Json.pretty(JsonNodeFactory.instance.objectNode().put("eos_token", end)) + "\n");
    }

    /**
     * Returns whether the concatenated spellings of the ids of every text are the text, so that {@link Tokenizer#byteLength} adds up to
     * its bytes.
     */
    public static boolean spellsText(Tokenizer tokenizer) {
        return !tokenizer.kind().equals(TokenizerFile.KIND);
    }

    /** Returns a clause for messages that lists the added tokens of a tokenizer file. */
    public static String addedTokens(Tokenizer tokenizer) {
        Set<String> added = new LinkedHashSet<>();
        file(tokenizer)
                .path("added_tokens")
                .forEach(token -> added.add(token.path("content").asString("")));
        return EndOfText.candidates(added);
    }

    /** Returns the content of the Hugging Face file that a tokenizer was read from. */
    private static JsonNode file(Tokenizer tokenizer) {
        return Json.tree((tokenizer instanceof LimitedTokenizer t ? t.kept() : tokenizer).toJson());
    }

    /**
     * Describes how the ids that Hugging Face's library, and therefore transformers, assigns differ from those in the file.
     *
     * @return a clause for a message; empty if there is no difference
     */
    public static Optional<String> libraryDifference(Tokenizer tokenizer) {
        if (!tokenizer.kind().equals(TokenizerFile.KIND)) {
            return Optional.empty();
        }
        return AddedTokenIds.renumbered(file(tokenizer), TokenizerFile.KIND)
                .map(token -> String.format(
                        Locale.ROOT,
                        "the added token '%s' has the id %d, but Hugging Face's library, which numbers added tokens"
                                + " consecutively, assigns %d",
                        token.content(),
                        token.id(),
                        token.library()));
    }

    /**
     * Returns a tokenizer of any kind as a Hugging Face {@code tokenizer.json} with the same ids, for model folders that
     * {@code transformers} can load.
     */
    public static String huggingFace(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case CharTokenizer t ->
                HuggingFaceFormat.characters(t.characters(), t.endOfText().isPresent());
            case ByteTokenizer t -> HuggingFaceFormat.bytes(t.separator());
            case BytePairTokenizer t -> t.kind().equals(BytePairTokenizer.GPT2) ? HuggingFaceFormat.gpt2() : t.toJson();
            case TokenizerFile t -> t.toJson();
            case LimitedTokenizer t -> t.file();
        };
    }

    /**
     * Returns a tokenizer for a model with the given number of token embeddings: the same one if it has no more tokens than that; one
     * without its last tokens if those are added special tokens, which no ordinary text is encoded as; otherwise empty.
     */
    public static Optional<Tokenizer> within(Tokenizer tokenizer, int embeddings) {
        if (tokenizer.vocabSize() <= embeddings) {
            return Optional.of(tokenizer);
        }
        boolean file = tokenizer instanceof TokenizerFile
                || (tokenizer instanceof BytePairTokenizer && tokenizer.kind().equals(TokenizerFile.KIND));
        EndOfText end =
                namedEnd(tokenizer).<EndOfText>map(EndOfText.Configured::new).orElse(new EndOfText.Guessed());
        return file
                ? LimitedTokenizer.of(
                        tokenizer.toJson(), Json.tree(tokenizer.toJson()), embeddings, end, TokenizerFile.KIND)
                : Optional.empty();
    }

    /**
     * Reads a {@code tokenizer.json} as {@link #read(Path)} does, for a model with the given number of token embeddings; see
     * {@link #within}. Tokens that are left out are not checked for the ids that the library assigns.
     *
     * @return the tokenizer, which may still have too many tokens
     */
    public static Tokenizer read(Path file, int embeddings) {
        String text = text(file);
        EndOfText end = EndOfText.of(file, Optional.empty());
        Optional<Tokenizer> limited = Optional.empty();
        try {
            JsonNode root = Json.tree(text);
            if (root.isObject() && !root.has("type")) {
                limited = LimitedTokenizer.of(text, root, embeddings, end, file.toString());
            }
        } catch (JacksonException e) {
            // fromJson reports the error below.
        }
        return limited.isPresent() ? limited.get() : fromJson(text, end, file.toString());
    }

    /** Returns the id of the token with the given content, if there is one. */
    public static OptionalInt idOf(Tokenizer tokenizer, String content) {
        JsonNode root = Json.tree(huggingFace(tokenizer));
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("content").asString("").equals(content)) {
                return OptionalInt.of(token.path("id").intValue());
            }
        }
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isArray()) {
            return IntStream.range(0, vocabulary.size())
                    .filter(id -> vocabulary.path(id).path(0).asString("").equals(content))
                    .findFirst();
        }
        return vocabulary.has(content) ? OptionalInt.of(vocabulary.path(content).intValue()) : OptionalInt.empty();
    }

    /** Returns a sentence that lists the tokens left out because the model has no embeddings for them; empty if there are none. */
    public static Optional<String> leftOut(Tokenizer tokenizer) {
        return tokenizer instanceof LimitedTokenizer limited
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "the tokenizer has %s beyond the %d token embeddings of the model, which are left out, and refused in a text",
                        String.join(", ", limited.leftOut()),
                        limited.embeddings()))
                : Optional.empty();
    }

    /**
     * Opens the tokenizer that the user names: {@code byte}, {@code gpt2}, a file, or a folder that contains one, such as a run's.
     *
     * @param flag the flag that was given the name, for messages
     * @throws Failure of kind USAGE if it is none of these, DATA if it is not a tokenizer
     */
    public static Tokenizer open(String flag, String tokenizer) {
        return switch (tokenizer) {
            case ByteTokenizer.KIND -> new ByteTokenizer(true);
            case BytePairTokenizer.GPT2 -> BytePairTokenizer.gpt2();
            case CharTokenizer.KIND ->
                throw Failure.usage(
                        "%s: 'char' is made from a corpus and has no vocabulary of its own; give a run's folder", flag);
            default -> read(file(flag, tokenizer));
        };
    }

    /**
     * Returns the tokenizer file that {@code data.tokenizer} names.
     *
     * @throws Failure of kind USAGE if it is neither a known name nor a file
     */
    public static Path file(String tokenizer) {
        return file("data.tokenizer", tokenizer);
    }

    private static Path file(String key, String tokenizer) {
        Path path = Path.of(tokenizer);
        if (Files.isDirectory(path)) {
            path = in(path).orElse(path.resolve("tokenizer.json"));
        }
        if (!Files.isRegularFile(path)) {
            throw Failure.usage(
                    "%s: '%s' is not one of %s, not a tokenizer.json file and not a folder with one or with"
                            + " vocab.json and merges.txt%s",
                    key, tokenizer, String.join(", ", NAMES), Suggest.didYouMean(tokenizer, NAMES));
        }
        return path;
    }

    static Tokenizer fromJson(String json, EndOfText end, String place) {
        try {
            JsonNode root = Json.tree(json);
            if (!root.isObject()) {
                throw Failure.data("%s is not a tokenizer: a JSON object was expected", place);
            }
            if (root.path("type").asString("").equals(LimitedTokenizer.FORMAT)) {
                String file = root.path("file").asString("");
                return LimitedTokenizer.of(
                                file, Json.tree(file), root.path("vocab_size").asInt(0), end, place)
                        .orElseThrow(() -> Failure.data(
                                "%s: vocab_size is %s; it must leave out added special tokens and nothing else",
                                place, root.path("vocab_size")));
            }
            if (!root.has("type")) {
                AddedTokenIds.requireUnambiguous(root, place);
                Optional<Tokenizer> ours = BytePairFile.read(json, root, end, place);
                return ours.isPresent() ? ours.get() : TokenizerFile.of(json, root, end, place);
            }
            requireNoName(end, place);
            return own(Json.mapper().treeToValue(root, MojaveFormat.class), place);
        } catch (JacksonException e) {
            throw Failure.data("%s is not a valid tokenizer.json: %s", place, JsonFaults.reason(e, json))
                    .because(e);
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s is not a valid tokenizer.json: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    /** Mojave's own formats have a fixed end-of-text token. */
    private static void requireNoName(EndOfText end, String place) {
        if (end instanceof EndOfText.Requested(String content) && !content.equals(BytePairTrainer.END_OF_TEXT)) {
            throw Failure.usage(
                    "data.end_of_text: '%s' is not a token of %s, whose texts end with %s; leave the key out",
                    content, place, BytePairTrainer.END_OF_TEXT);
        }
    }

    private static Tokenizer own(MojaveFormat format, String place) {
        if (format.version() != 1) {
            throw Failure.data(
                    "%s has format version %d, but this version of Mojave reads version 1; it was written by a newer version",
                    place, format.version());
        }
        return switch (format.type()) {
            case ByteTokenizer.KIND -> new ByteTokenizer(format.separator());
            case BytePairTokenizer.GPT2 -> BytePairTokenizer.gpt2();
            case CharTokenizer.KIND -> {
                String characters = Objects.requireNonNullElse(format.characters(), "");
                yield CharTokenizer.fromCharacters(characters, format.separator());
            }
            default -> throw Failure.data("%s has the unknown type '%s'; known: %s", place, format.type(), NAMES);
        };
    }
}
