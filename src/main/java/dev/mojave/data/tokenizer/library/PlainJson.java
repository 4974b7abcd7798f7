package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/**
 * Checks that Hugging Face's library can parse a file. Its parser accepts less than ours: only numbers within the range of a double,
 * valid Unicode and limited nesting. In some parts of a file it aborts the process instead of reporting an error, so the file is checked
 * first.
 */
public final class PlainJson {
    /** The parser's limit is 128; published files need fewer than ten levels. */
    private static final int DEEPEST = 100;

    private PlainJson() {}

    /**
     * Checks everything in a file.
     *
     * @param place name of the file in messages
     * @throws Failure of kind DATA if the library could not parse something
     */
    public static void require(JsonNode root, String place) {
        require(root, place, 1);
    }

    private static void require(JsonNode node, String place, int depth) {
        if (depth > DEEPEST) {
            throw Failure.data("%s is nested deeper than %d levels; no tokenizer needs that", place, DEEPEST);
        }
        if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
            throw Failure.data("%s contains a number that is not finite or exceeds the range of a double", place);
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
            throw Failure.data("%s contains text that is not valid Unicode: half of a surrogate pair", place);
        }
    }
}
