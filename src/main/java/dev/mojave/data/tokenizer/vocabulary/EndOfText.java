package dev.mojave.data.tokenizer.vocabulary;

import dev.mojave.base.Failure;
import dev.mojave.base.files.TextFile;
import dev.mojave.base.tree.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** How the end-of-text token is chosen among the added tokens of a {@code tokenizer.json}. */
public sealed interface EndOfText {
    /** The name of the file in which transformers keeps the names of the special tokens, in the folder of the {@code tokenizer.json}. */
    String CONFIG = "tokenizer_config.json";

    /** No token was named, so well-known names are tried. */
    record Guessed() implements EndOfText {}

    /** The user named this token, so the file must have it. */
    record Requested(String content) implements EndOfText {}

    /** The {@code tokenizer_config.json} in the same folder names this token; if the file does not have it, no token counts as named. */
    record Configured(String content) implements EndOfText {}

    /**
     * Returns how the end-of-text token of a tokenizer file is chosen.
     *
     * @param asked value of {@code data.end_of_text}
     */
    static EndOfText of(Path file, Optional<String> asked) {
        if (asked.isPresent()) {
            return new Requested(asked.get());
        }
        return configured(file).<EndOfText>map(Configured::new).orElseGet(Guessed::new);
    }

    /** Reads {@code eos_token}, a string or an object with {@code content}. */
    private static Optional<String> configured(Path file) {
        Path config = file.toAbsolutePath().resolveSibling(CONFIG);
        if (!Files.isRegularFile(config)) {
            return Optional.empty();
        }
        try {
            JsonNode token = Json.foreignTree(TextFile.read(config)).path("eos_token");
            JsonNode content = token.isObject() ? token.path("content") : token;
            return content.isString() ? Optional.of(content.stringValue()) : Optional.empty();
        } catch (IOException | JacksonException e) {
            throw Failure.data(
                            "%s, which may name the end-of-text token (eos_token) of %s, cannot be read: %s; correct or remove it",
                            config, file.getFileName(), String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    /**
     * Returns the named token, if there is one.
     *
     * @param added the added tokens of the file
     * @throws Failure of kind USAGE if it was asked for and the file does not have it
     */
    default Optional<String> among(Set<String> added, String place) {
        return switch (this) {
            case Guessed _ -> Optional.empty();
            case Configured(String content) -> Optional.of(content).filter(added::contains);
            case Requested(String content) -> {
                if (!added.contains(content)) {
                    throw Failure.usage(
                            "data.end_of_text: '%s' is not an added token of %s; %s",
                            content, place, candidates(added));
                }
                yield Optional.of(content);
            }
        };
    }

    /** Returns a clause that lists the added tokens of a file. */
    static String candidates(Set<String> added) {
        String shown = added.stream().limit(20).map(token -> "'" + token + "'").collect(Collectors.joining(", "));
        return added.isEmpty() ? "it has no added tokens" : "it has " + shown + (added.size() > 20 ? ", ..." : "");
    }
}
