package dev.mojave.run.recipe;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keys set on the command line: {@code --set train.steps=500}. Values are YAML ({@code [1, 2]}, {@code 10M}, {@code true});
 * {@code null} removes a key. A section replaces the existing one, as every other value does: {@code --set
 * model.moe={num_experts: 8}}. With {@code +=} it is merged into the existing section key by key, and keys that it does not name
 * stay. If keys exclude each other ({@code train.steps} and {@code train.tokens}), the one that is set replaces the others.
 */
public final class Overrides {
    private record Setting(String path, JsonNode value, boolean laidOver, String typed) {}

    /** Groups of mutually exclusive keys. */
    private static final List<List<String>> EXCLUSIVE = List.of(
            List.of("train.steps", "train.tokens", "train.words", "train.epochs", "budget.tokens"),
            List.of("data.validation.tail", "data.validation.documents"),
            List.of("data.test.tail", "data.test.documents"));

    private final List<Setting> overrides;

    private Overrides(List<Setting> overrides) {
        this.overrides = overrides;
    }

    /**
     * Parses the arguments of {@code --set}.
     *
     * @throws Failure of kind USAGE if an argument is not {@code KEY=VALUE}
     */
    public static Overrides parse(List<String> arguments) {
        List<Setting> overrides = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String typed = "--set " + argument;
            boolean laidOver = equals > 0 && argument.charAt(equals - 1) == '+';
            String path = argument.substring(0, Math.max(0, laidOver ? equals - 1 : equals));
            if (List.of(path.split("\\.", -1)).contains("")) {
                throw Failure.usage("%s: expected KEY=VALUE, for example --set train.steps=500", typed);
            }
            String value = argument.substring(equals + 1);
            if (value.isBlank()) {
                throw Failure.usage("%s has no value; write null to remove the key", typed);
            }
            JsonNode parsed = Yaml.value(value, typed);
            if (laidOver && !parsed.isObject()) {
                throw Failure.usage(
                        "%s: += merges a section into the existing one, such as %s+={KEY: VALUE}; write = to set a value",
                        typed, path);
            }
            overrides.add(new Setting(path, parsed, laidOver, typed));
        }
        return new Overrides(overrides);
    }

    /** Returns the tree with all overrides applied. */
    public ObjectNode apply(ObjectNode tree) {
        ObjectNode result = tree;
        for (Setting setting : overrides) {
            try {
                result = set(result, setting.path, setting.value, setting.laidOver);
            } catch (Failure e) {
                throw e.at(setting.typed);
            }
        }
        return result;
    }

    /**
     * Returns the tree with one key set as {@code --set KEY=VALUE} would set it: a section replaces the existing one, {@code
     * null} removes the key, and keys that exclude the one being set are removed.
     *
     * @throws Failure of kind USAGE if a key along the path has a value instead of a section
     */
    public static ObjectNode set(ObjectNode tree, String path, JsonNode value) {
        return set(tree, path, value, false);
    }

    private static ObjectNode set(ObjectNode tree, String path, JsonNode value, boolean laidOver) {
        ObjectNode alone = alone(tree, path, value);
        ObjectNode base = laidOver || !value.isObject() ? alone : Trees.with(alone, path, alone.nullNode());
        return Trees.with(base, path, value);
    }

    /** Returns whether two keys exclude each other, as {@code train.steps} and {@code train.tokens} do. */
    public static boolean exclude(String one, String other) {
        return !one.equals(other) && EXCLUSIVE.stream().anyMatch(group -> group.contains(one) && group.contains(other));
    }

    /** Removes the keys that exclude the one being set, and a section that becomes empty. */
    private static ObjectNode alone(ObjectNode tree, String path, JsonNode value) {
        ObjectNode result = tree;
        for (List<String> group : EXCLUSIVE) {
            for (String other : group.contains(path) && !value.isNull() ? group : List.<String>of()) {
                if (Trees.at(result, other).isPresent()) {
                    result = Trees.with(result, other, result.nullNode());
                    String section = other.substring(0, other.lastIndexOf('.'));
                    boolean empty =
                            Trees.at(result, section).filter(JsonNode::isEmpty).isPresent();
                    result = empty ? Trees.with(result, section, result.nullNode()) : result;
                }
            }
        }
        return result;
    }

    /** Returns where a key was set: the command line, or the file together with the overrides below the key. */
    public String place(String path, String file) {
        StringBuilder changed = new StringBuilder(file);
        for (Setting setting : overrides) {
            if (path.equals(setting.path) || path.startsWith(setting.path + ".")) {
                return setting.typed;
            }
            if (path.isEmpty() || setting.path.startsWith(path + ".")) {
                changed.append(" with ").append(setting.typed);
            }
        }
        return changed.toString();
    }
}
