package dev.mojave.base;

import dev.mojave.base.tree.Json;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Damages files for fuzz tests. */
public final class Damage {
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1",
            "7",
            "2147483647",
            "4294967296",
            "-9223372036854775808",
            "1e400",
            "0.5",
            "\"\"",
            "\"x\"",
            "\"(\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[[\"a\"]]");

    private Damage() {}

    /** Changes, cuts or extends a file, mostly near the start, and mostly with characters that keep a header valid JSON. */
    public static byte[] bytes(byte[] original, Random random) {
        byte[] bytes = random.nextInt(5) == 0
                ? Arrays.copyOf(original, random.nextInt(original.length + 9))
                : original.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int limit = random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 3000);
            bytes[random.nextInt(limit)] = random.nextInt(3) == 0
                    ? (byte) random.nextInt(256)
                    : (byte) "0123456789[]{},:\"-e.n".charAt(random.nextInt(21));
        }
        return bytes;
    }

    /** Replaces or removes a few values anywhere in an object, so that it stays valid JSON. */
    public static ObjectNode json(ObjectNode original, Random random) {
        ObjectNode root = original.deepCopy();
        for (int i = random.nextInt(3); i >= 0; i--) {
            descend(root, random);
        }
        return root;
    }

    private static void descend(ObjectNode root, Random random) {
        Optional<JsonNode> node = Optional.of(root);
        while (node.isPresent()) {
            node = switch (node.get()) {
                case ObjectNode object -> damage(object, random);
                case ArrayNode array -> damage(array, random);
                default -> Optional.empty();
            };
        }
    }

    /** Returns the child to descend into; empty once the node has been damaged. */
    private static Optional<JsonNode> damage(ObjectNode object, Random random) {
        if (object.isEmpty()) {
            object.set("x", value(random));
            return Optional.empty();
        }
        List<String> keys = List.copyOf(object.propertyNames());
        String key = keys.get(random.nextInt(keys.size()));
        JsonNode child = object.path(key);
        if (child.isContainer() && random.nextInt(4) > 0) {
            return Optional.of(child);
        }
        switch (random.nextInt(6)) {
            case 0 -> object.remove(key);
            case 1 -> object.set(key + "x", object.remove(key));
            default -> object.set(key, value(random));
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> damage(ArrayNode array, Random random) {
        if (array.isEmpty()) {
            array.add(value(random));
            return Optional.empty();
        }
        int index = random.nextInt(array.size());
        JsonNode child = array.get(index);
        if (child.isContainer() && random.nextInt(4) > 0) {
            return Optional.of(child);
        }
        switch (random.nextInt(6)) {
            case 0 -> array.remove(index);
            case 1 -> array.add(child.deepCopy());
            default -> array.set(index, value(random));
        }
        return Optional.empty();
    }

    private static JsonNode value(Random random) {
        String text = VALUES.get(random.nextInt(VALUES.size()));
        return text.equals("1e400") ? JsonNodeFactory.instance.numberNode(new BigDecimal(text)) : Json.tree(text);
    }
}
