package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Json;
import dev.mojave.base.JsonFaults;
import dev.mojave.base.Suggest;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Makes tokenizers from files. */
public final class Tokenizers {
    /** The names that {@code data.tokenizer} knows beside paths. */
    public static final List<String> NAMES = List.of(CharTokenizer.KIND, ByteTokenizer.KIND, BytePairTokenizer.GPT2);

    private Tokenizers() {}

    /**
     * Reads a {@code tokenizer.json}, ours or Hugging Face's.
     *
     * @throws Failure of kind USAGE if the file is missing or cannot be read, DATA if it is not a tokenizer
     */
    public static Tokenizer read(Path file) {
        try {
            return fromJson(Files.readString(file), file.toString());
        } catch (CharacterCodingException e) {
            throw Failure.data("%s is not UTF-8 text, so it is not a tokenizer.json", file)
                    .because(e);
        } catch (IOException e) {
            throw IoFailures.of("read the tokenizer", file, e);
        }
    }

    /** Reads what {@link Tokenizer#toJson} wrote. */
    public static Tokenizer fromJson(String json) {
        return fromJson(json, "tokenizer.json");
    }

    /**
     * Writes a tokenizer as Hugging Face's {@code tokenizer.json}, whatever kind it is: with the same ids, so that a model folder for
     * {@code transformers} can have it.
     */
    public static String huggingFace(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case CharTokenizer t ->
                HuggingFaceFormat.characters(t.characters(), t.endOfText().isPresent());
            case ByteTokenizer t -> HuggingFaceFormat.bytes(t.separator());
            case BytePairTokenizer t -> t.kind().equals(BytePairTokenizer.GPT2) ? HuggingFaceFormat.gpt2() : t.toJson();
            case TokenizerFile t -> t.toJson();
            case LimitedTokenizer t -> huggingFace(t.whole());
        };
    }

    /**
     * Returns a tokenizer for a model of so many token embeddings: the same if it has no more tokens; without its last tokens if those are
     * added special tokens, which no ordinary text becomes; otherwise nothing.
     */
    public static Optional<Tokenizer> within(Tokenizer tokenizer, int embeddings) {
        if (tokenizer.vocabSize() <= embeddings) {
            return Optional.of(tokenizer);
        }
        return LimitedTokenizer.specialBeyond(tokenizer, embeddings).isEmpty()
                ? Optional.empty()
                : Optional.of(new LimitedTokenizer(tokenizer, embeddings));
    }

    /** Says in a sentence which tokens a tokenizer leaves out because the model has no embeddings for them, if it does. */
    public static Optional<String> leftOut(Tokenizer tokenizer) {
        return tokenizer instanceof LimitedTokenizer(Tokenizer whole, int size)
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "the tokenizer has %s beyond the %d token embeddings of the model: left out, and refused in a text",
                        String.join(", ", LimitedTokenizer.specialBeyond(whole, size)),
                        size))
                : Optional.empty();
    }

    /**
     * Opens the tokenizer that a person names: {@code byte}, {@code gpt2}, a file, or a folder that has one, such as a run's.
     *
     * @param flag what the name was typed for, in messages
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
            path = path.resolve("tokenizer.json");
        }
        if (!Files.isRegularFile(path)) {
            throw Failure.usage(
                    "%s: '%s' is not one of %s and not a tokenizer.json file%s",
                    key, tokenizer, String.join(", ", NAMES), Suggest.didYouMean(tokenizer, NAMES));
        }
        return path;
    }

    private static Tokenizer fromJson(String json, String place) {
        try {
            JsonNode root = Json.tree(json);
            if (!root.isObject()) {
                throw Failure.data("%s is not a tokenizer: a JSON object was expected", place);
            }
            if (root.path("type").asString("").equals(LimitedTokenizer.FORMAT)) {
                Tokenizer whole = fromJson(root.path("file").asString(""), place);
                return new LimitedTokenizer(whole, root.path("vocab_size").asInt(0));
            }
            if (!root.has("type")) {
                Optional<Tokenizer> ours = BytePairFile.read(json, root, place);
                return ours.isPresent() ? ours.get() : TokenizerFile.of(json, root, place);
            }
            return own(Json.mapper().treeToValue(root, OwnFormat.class), place);
        } catch (JacksonException e) {
            throw Failure.data("%s is not a valid tokenizer.json: %s", place, JsonFaults.reason(e, json))
                    .because(e);
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s is not a valid tokenizer.json: %s", place, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static Tokenizer own(OwnFormat format, String place) {
        if (format.version() != 1) {
            throw Failure.data(
                    "%s has version %d of the format, and this Mojave reads version 1; it was written by a newer one",
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
