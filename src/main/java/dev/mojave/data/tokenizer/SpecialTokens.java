package dev.mojave.data.tokenizer;

import dev.mojave.base.tree.Json;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens that begin and end the texts of a model.
 *
 * @param ends ids of which each ends a text; possibly none
 * @param begin ids in front of every text that the model reads; mostly none, or one
 * @param start id from which an empty text goes on where {@code begin} is empty
 * @param published what the files of a model from elsewhere say about such tokens, to be written back as it was
 */
public record SpecialTokens(List<Integer> ends, List<Integer> begin, int start, Published published) {
    /**
     * The settings of a model's folder as they were found, and nothing that was not; all empty for a model of our own.
     *
     * @param config keys of config.json: {@code eos_token_id}, {@code bos_token_id}, {@code pad_token_id}
     * @param generationConfig the same keys of generation_config.json
     * @param tokenizerConfig keys of tokenizer_config.json: {@code bos_token}, {@code add_bos_token} and their like
     */
    public record Published(ObjectNode config, ObjectNode generationConfig, ObjectNode tokenizerConfig) {
        /** Returns what a model has that comes from nowhere else. */
        public static Published none() {
            return new Published(empty(), empty(), empty());
        }

        private static ObjectNode empty() {
            return Json.mapper().createObjectNode();
        }
    }

    /** Keeps copies. */
    public SpecialTokens {
        ends = List.copyOf(ends);
        begin = List.copyOf(begin);
    }

    /** The same where one more token ends texts. */
    public SpecialTokens endingAlsoWith(OptionalInt end) {
        List<Integer> all = IntStream.concat(ends.stream().mapToInt(id -> id), end.stream())
                .distinct()
                .boxed()
                .toList();
        return new SpecialTokens(all, begin, start, published);
    }

    /** Returns those of a model that was trained here: documents end with the tokenizer's separator, and nothing stands in front of them. */
    public static SpecialTokens of(Tokenizer tokenizer) {
        List<Integer> ends = tokenizer.endOfText().stream().boxed().toList();
        return new SpecialTokens(ends, List.of(), tokenizer.endOfText().orElse(0), Published.none());
    }
}
