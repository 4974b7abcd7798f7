package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/**
 * What Hugging Face's library can parse. Its parser takes less than ours: numbers within a double's range, text that is Unicode, and no deep
 * nesting. In some parts of a file it does not refuse the rest but ends the process, so we look first.
 */
public final class PlainJson {
    /** The parser's limit is 128; published files need fewer than ten levels. */
    private static final int DEEPEST = 100;

    private PlainJson() {}

    /**
     * Looks at everything in a file.
     *
     * @param place what to call the file in messages
     * @throws Failure of kind DATA if something could not be parsed
     */
    public static void require(JsonNode root, String place) {
        require(root, place, 1);
    }

    private static void require(JsonNode node, String place, int depth) {
        if (depth > DEEPEST) {
            throw Failure.data("%s is nested deeper than %d levels; no tokenizer needs that", place, DEEPEST);
        }
        if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
            throw Failure.data("%s holds a number that is not finite, or too large for any computer's", place);
        }
        if (node.isString()) {
            requireUnicode(node.stringValue(), place);
        }
        for (String name : node.propertyNames()) {
            requireUnicode(name, place);
        }
        for (JsonNode child : node) {
            require(child, place, depth + 1);
        }
    }

    private static void requireUnicode(String text, String place) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw Failure.data("%s holds text that is not Unicode: half of a surrogate pair", place);
        }
    }
}
