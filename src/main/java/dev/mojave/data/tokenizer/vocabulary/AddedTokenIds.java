package dev.mojave.data.tokenizer.vocabulary;

import dev.mojave.base.Failure;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Compares the ids of the added tokens in a {@code tokenizer.json} with those that Hugging Face's library assigns. The library ignores
 * the ids in the file: a token that is in the model's vocabulary keeps its id there, and every other one gets the next free number, in
 * file order, starting at the size of the vocabulary. The file is right, because the weights were trained with its ids.
 */
public final class AddedTokenIds {
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final JsonNode added;
    private final String place;

    private AddedTokenIds(JsonNode root, String place) {
        this.added = root.path("added_tokens");
        this.place = place;
        JsonNode vocab = root.path("model").path("vocab");
        if (vocab.isArray()) {
            for (int id = 0; id < vocab.size(); id++) {
                vocabulary.put(vocab.path(id).path(0).asString(""), id);
            }
        } else {
            vocab.properties().forEach(entry -> vocabulary.put(entry.getKey(), id(entry.getValue(), entry.getKey())));
        }
    }

    private int id(JsonNode id, String content) {
        return Vocabulary.id(id, content, place);
    }

    /**
     * An added token that the library numbers differently.
     *
     * @param content text of the token
     * @param id its id in the file
     * @param library the id that the library assigns
     */
    public record Renumbered(String content, int id, int library) {}

    /**
     * Checks that every added token has one id, and every id one token.
     *
     * @throws Failure of kind DATA if the file is inconsistent
     */
    public static void requireUnambiguous(JsonNode root, String place) {
        AddedTokenIds ids = new AddedTokenIds(root, place);
        Map<Integer, String> contents = new HashMap<>();
        ids.vocabulary.forEach((content, id) -> contents.put(id, content));
        Map<String, Integer> seen = new HashMap<>();
        for (JsonNode token : ids.added) {
            String content = token.path("content").asString("");
            if (content.isEmpty()) {
                continue;
            }
            int id = ids.id(token.path("id"), content);
            Integer other = seen.getOrDefault(content, ids.vocabulary.getOrDefault(content, id));
            if (other != id) {
                throw Failure.data(
                        "%s: the added token '%s' has the id %d, but the id %d %s; give it one id",
                        place,
                        content,
                        id,
                        other,
                        seen.containsKey(content) ? "elsewhere in added_tokens" : "in model.vocab");
            }
            String owner = contents.getOrDefault(id, content);
            if (!owner.equals(content)) {
                throw Failure.data(
                        "%s: the added token '%s' has the id %d, which belongs to '%s'; give it an id of its own",
                        place, content, id, owner);
            }
            seen.put(content, id);
            contents.put(id, content);
        }
    }

    /** Returns the first added token to which Hugging Face's library assigns another id than the file, if there is one. */
    public static Optional<Renumbered> renumbered(JsonNode root, String place) {
        Map<String, Integer> library = ofLibrary(root, place);
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            int id = token.path("id").asInt(-1);
            int read = library.getOrDefault(content, id);
            if (read != id) {
                return Optional.of(new Renumbered(content, id, read));
            }
        }
        return Optional.empty();
    }

    /** Returns the ids that Hugging Face's library assigns to the added tokens, by their contents. */
    static Map<String, Integer> ofLibrary(JsonNode root, String place) {
        AddedTokenIds ids = new AddedTokenIds(root, place);
        int next = ids.vocabulary.size();
        Map<String, Integer> given = new HashMap<>();
        for (JsonNode token : ids.added) {
            String content = token.path("content").asString("");
            if (content.isEmpty() || given.containsKey(content)) {
                continue;
            }
            int id = ids.vocabulary.getOrDefault(content, next);
            given.put(content, id);
            next = Math.max(next, id + 1);
        }
        return given;
    }
}
