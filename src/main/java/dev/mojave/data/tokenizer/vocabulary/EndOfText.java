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

/** Which added token of a {@code tokenizer.json} ends a text. */
public sealed interface EndOfText {
    /** The name of the file beside a {@code tokenizer.json} in which transformers keeps the names of its special tokens. */
    String CONFIG = "tokenizer_config.json";

    /** Nobody said; known names are tried. */
    record Guessed() implements EndOfText {}

    /** Someone asked for this token, so the file must have it. */
    record Requested(String content) implements EndOfText {}

    /** The {@code tokenizer_config.json} beside names this token; where it is not in the file, nobody said. */
    record Configured(String content) implements EndOfText {}

    /**
     * Returns what is known of a tokenizer file.
     *
     * @param asked what {@code data.end_of_text} says
     */
    static EndOfText of(Path file, Optional<String> asked) {
        if (asked.isPresent()) {
            return new Requested(asked.get());
        }
        return beside(file).<EndOfText>map(Configured::new).orElseGet(Guessed::new);
    }

    /** Reads {@code eos_token}, a string or an object with {@code content}. */
    private static Optional<String> beside(Path file) {
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
                            "%s, which may name the end-of-text token (eos_token) of %s, cannot be read: %s; mend it or take it away",
                            config, file.getFileName(), String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    /**
     * Returns the token that was named, where it was.
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

    /** Says which added tokens a file has. */
    static String candidates(Set<String> added) {
        String shown = added.stream().limit(20).map(token -> "'" + token + "'").collect(Collectors.joining(", "));
        return added.isEmpty() ? "it has no added tokens" : "it has " + shown + (added.size() > 20 ? ", ..." : "");
    }
}
