package dev.mojave.base.tree;

import dev.mojave.base.Failure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Operations on trees of settings: merging, setting a key by its path, and finding differences. */
public final class Trees {
    private Trees() {}

    /**
     * Merges {@code over} into {@code base}: sections are merged key by key, other values replace the old ones, and {@code null} removes a key.
     *
     * @return a new tree; the arguments are not modified
     */
    public static ObjectNode merge(ObjectNode base, ObjectNode over) {
        ObjectNode merged = base.deepCopy();
        for (Map.Entry<String, JsonNode> entry : over.properties()) {
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                merged.remove(entry.getKey());
            } else if (value instanceof ObjectNode section) {
                ObjectNode below =
                        merged.get(entry.getKey()) instanceof ObjectNode existing ? existing : merged.objectNode();
                merged.set(entry.getKey(), merge(below, section));
            } else {
                merged.set(entry.getKey(), value.deepCopy());
            }
        }
        return merged;
    }

    /**
     * Returns a tree in which the key with the given dotted path is set; {@code null} removes it. Missing sections on the path are created.
     *
     * @throws Failure of kind USAGE if a key on the path is a value instead of a section
     */
    public static ObjectNode with(ObjectNode tree, String path, JsonNode value) {
        String[] keys = path.split("\\.", -1);
        ObjectNode over = tree.objectNode();
        ObjectNode inner = over;
        JsonNode existing = tree;
        for (int i = 0; i < keys.length - 1; i++) {
            existing = existing.path(keys[i]);
            if (!existing.isMissingNode() && !existing.isNull() && !existing.isObject()) {
                throw Failure.usage(
                        "%s is a value (%s) and not a section, so it has no key '%s'",
                        String.join(".", List.of(keys).subList(0, i + 1)), existing, keys[i + 1]);
            }
            inner = inner.putObject(keys[i]);
        }
        inner.set(keys[keys.length - 1], value);
        return merge(tree, over);
    }

    /** Returns the smallest tree that {@link #merge} turns {@code base} into {@code target} with; null means a removed key. */
    public static ObjectNode overrides(ObjectNode base, ObjectNode target) {
        ObjectNode over = base.objectNode();
        for (String key : base.propertyNames()) {
            if (!target.has(key)) {
                over.putNull(key);
            }
        }
        for (Map.Entry<String, JsonNode> entry : target.properties()) {
            JsonNode before = base.path(entry.getKey());
            if (before instanceof ObjectNode section && entry.getValue() instanceof ObjectNode wanted) {
                ObjectNode below = overrides(section, wanted);
                if (!below.isEmpty()) {
                    over.set(entry.getKey(), below);
                }
            } else if (!before.equals(entry.getValue())) {
                over.set(entry.getKey(), entry.getValue().deepCopy());
            }
        }
        return over;
    }

    /** Returns the value at a dotted path, if it exists and is not null. */
    public static Optional<JsonNode> at(JsonNode tree, String path) {
        JsonNode node = tree;
        for (String key : path.split("\\.", -1)) {
            node = node.path(key);
        }
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    /** A key whose values differ; the value of an absent key is an empty string. */
    public record Difference(String path, String before, String after) {
        @Override
        public String toString() {
            return path + " (" + (before.isEmpty() ? "absent" : before) + " there, "
                    + (after.isEmpty() ? "absent" : after) + " here)";
        }
    }

    /** Returns the leaves in which two trees differ, in the order of the first tree and then of the second. */
    public static List<Difference> differences(JsonNode before, JsonNode after) {
        List<Difference> found = new ArrayList<>();
        collect(before, after, "", found);
        return found;
    }

    private static void collect(JsonNode before, JsonNode after, String path, List<Difference> found) {
        if (before.isObject() && after.isObject()) {
            Set<String> keys = new LinkedHashSet<>(before.propertyNames());
            keys.addAll(after.propertyNames());
            for (String key : keys) {
                collect(before.path(key), after.path(key), path.isEmpty() ? key : path + "." + key, found);
            }
        } else if (!text(before).equals(text(after))) {
            found.add(new Difference(path, text(before), text(after)));
        }
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? "" : node.toString();
    }
}
