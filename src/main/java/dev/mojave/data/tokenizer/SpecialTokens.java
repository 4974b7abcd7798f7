package dev.mojave.data.tokenizer;

import dev.mojave.base.tree.Json;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens that begin and end the texts of a model.
 *
 * @param ends ids each of which ends a text; may be empty
 * @param begin ids before every text that the model reads; usually none or one
 * @param start id from which an empty text is continued if {@code begin} is empty
 * @param published the settings of these tokens in the files of an imported model, to be written back unchanged
 */
public record SpecialTokens(List<Integer> ends, List<Integer> begin, int start, Published published) {
    /**
     * The settings of special tokens as they were found in a model's folder; all are empty for a model trained by Mojave.
     *
     * @param config keys of config.json: {@code eos_token_id}, {@code bos_token_id}, {@code pad_token_id}
     * @param generationConfig the same keys of generation_config.json
     * @param tokenizerConfig keys of tokenizer_config.json: {@code bos_token}, {@code add_bos_token} and similar keys
     */
    public record Published(ObjectNode config, ObjectNode generationConfig, ObjectNode tokenizerConfig) {
        /** Returns empty settings, those of a model trained by Mojave. */
        public static Published none() {
            return new Published(empty(), empty(), empty());
        }

        private static ObjectNode empty() {
            return Json.mapper().createObjectNode();
        }
    }

    /** Copies the lists. */
    public SpecialTokens {
        ends = List.copyOf(ends);
        begin = List.copyOf(begin);
    }

    /** Returns these special tokens with one more that ends texts, if it is given and new. */
    public SpecialTokens endingAlsoWith(OptionalInt end) {
        List<Integer> all = IntStream.concat(ends.stream().mapToInt(id -> id), end.stream())
                .distinct()
                .boxed()
                .toList();
        return new SpecialTokens(all, begin, start, published);
    }

    /** Returns the special tokens of a model trained by Mojave: documents end with the tokenizer's separator, and no ids precede them. */
    public static SpecialTokens of(Tokenizer tokenizer) {
        List<Integer> ends = tokenizer.endOfText().stream().boxed().toList();
        return new SpecialTokens(ends, List.of(), tokenizer.endOfText().orElse(0), Published.none());
    }
}
