package dev.mojave.model.presets;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.model.ModelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Completes the {@code model} section of a recipe. Keys that the user typed take precedence, then those derived from them as
 * follows, then those of the preset:
 *
 * <ul> <li>{@code num_key_value_heads} = {@code num_attention_heads}, if only the latter was typed; <li>{@code intermediate_size}
 * = 4 hidden_size for gelu and 8/3 hidden_size, rounded up to a multiple of 32, for swiglu, if {@code hidden_size} or
 * {@code hidden_act} was typed without it; <li>{@code attention_bias} (none, qkv, all) and {@code mlp_bias} follow {@code bias},
 * if only that was typed; <li>{@code moe}: {@code norm_topk_prob} for more than one expert per token; {@code dispatch: capacity}
 * if {@code capacity_factor} was typed, and the default factors if {@code dispatch: capacity} was; {@code moe: null} makes a
 * sparse preset dense, and {@code parallel: null} does so for one with parallel blocks; <li>{@code vocab_size} comes from the
 * tokenizer, not from the preset.
 * </ul>
 *
 * <p>The result names no preset, contains every key that has no default, and is unchanged by completion, so that a printed recipe
 * can be run as it is.
 */
public final class Presets {
    /** Each name has a resource of its own. */
    private static final List<String> NAMES = List.of(
            "gpt2",
            "llama",
            "gpt2-babylm",
            "moep",
            "moep-swiglu",
            "moe-124m",
            "moe-124m-top2",
            "moe-124m-dense",
            "matched-moe",
            "matched-active",
            "matched-total",
            "char-dense",
            "char-switch-2",
            "char-switch-4",
            "char-switch-8",
            "chimera-dense",
            "chimera-moe",
            "mixtral-tiny",
            "olmoe-tiny",
            "deepseek-tiny");

    private static final List<String> DERIVED =
            List.of("vocab_size", "num_key_value_heads", "intermediate_size", "attention_bias", "mlp_bias");

    private Presets() {}

    /** Returns the names that a recipe may write after {@code preset:}. */
    public static List<String> names() {
        return NAMES;
    }

    /** Returns every preset at its own sizes. */
    public static List<PresetInfo> all() {
        return NAMES.stream().map(Presets::info).toList();
    }

    private static PresetInfo info(String name) {
        ObjectNode preset = load(name);
        return new PresetInfo(
                name,
                preset.path("system").stringValue(),
                preset.path("description").stringValue(),
                Records.read(resolve(model(name), "preset " + name), ModelSpec.class, "preset " + name, "model"));
    }

    /** Returns the keys of a preset, merged with those of the preset that it extends; they include the vocabulary size. */
    private static ObjectNode model(String name) {
        ObjectNode own = (ObjectNode) load(name).path("model");
        if (!own.has("preset")) {
            return own;
        }
        ObjectNode model = model(own.path("preset").stringValue());
        merge(model, own);
        model.remove("preset");
        return model;
    }

    /** Completes a section whose vocabulary is not known yet; the result contains {@code vocab_size} only if the user typed it. */
    public static ObjectNode resolve(ObjectNode userModel, String source) {
        return resolve(userModel, source, OptionalInt.empty());
    }

    /**
     * Completes a section. Unknown keys are kept, so that reading the record reports them.
     *
     * @param userModel keys that the user typed; not modified
     * @param source name of the recipe in messages, usually its file name
     * @param vocabulary size of the tokenizer's vocabulary, used unless the user typed {@code vocab_size}
     * @throws Failure of kind USAGE if the preset is unknown, or if there is none and keys are missing
     */
    public static ObjectNode resolve(ObjectNode userModel, String source, OptionalInt vocabulary) {
        ObjectNode model = base(userModel, source);
        merge(model, userModel);
        model.remove("preset");
        boolean headsChanged = typed(userModel, "num_attention_heads");
        if (follows("num_key_value_heads", headsChanged, userModel, model)) {
            model.set("num_key_value_heads", model.path("num_attention_heads"));
        }
        boolean widthChanged = typed(userModel, "hidden_size") || typed(userModel, "hidden_act");
        if (follows("intermediate_size", widthChanged, userModel, model)) {
            intermediateSize(model).ifPresent(size -> model.put("intermediate_size", size));
        }
        biases(userModel, model);
        if (!typed(userModel, "vocab_size")) {
            vocabulary.ifPresentOrElse(size -> model.put("vocab_size", (long) size), () -> model.remove("vocab_size"));
        }
        if (model.path("moe") instanceof ObjectNode moe) {
            completeMoe(moe, userModel.path("moe"));
        }
        for (String part : List.of("blocks", "projections")) {
            if (model.path("parallel").path(part) instanceof ObjectNode routed) {
                normTopkProb(routed, userModel.path("parallel").path(part));
            }
        }
        return model;
    }

    /** Returns the preset's keys; empty if the user typed every key that cannot be derived. */
    private static ObjectNode base(ObjectNode userModel, String source) {
        if (typed(userModel, "preset")) {
            JsonNode name = userModel.path("preset");
            String text = name.isString() ? name.stringValue() : name.toString();
            if (NAMES.contains(text)) {
                return model(text);
            }
            throw Failure.usage(
                    "%s: model.preset: unknown preset '%s'%s ('mojave models' lists them)",
                    source, text, Suggest.didYouMean(text, NAMES));
        }
        List<String> missing = model(NAMES.getFirst()).propertyNames().stream()
                .filter(key -> !typed(userModel, key) && !DERIVED.contains(key))
                .toList();
        if (!missing.isEmpty()) {
            throw Failure.usage(
                    "%s: model: needs a preset ('mojave models' lists them) or every key; missing: %s",
                    source, String.join(", ", missing));
        }
        return JsonNodeFactory.instance.objectNode();
    }

    /** Returns whether a key is derived: the user did not type it, but typed the keys that determine it, or nothing else supplies it. */
    private static boolean follows(String key, boolean othersTyped, JsonNode user, JsonNode model) {
        return !typed(user, key) && (othersTyped || !model.has(key));
    }

    /** Returns whether the user typed a key; null counts as not typed. */
    private static boolean typed(JsonNode tree, String key) {
        return tree.hasNonNull(key);
    }

    /** Overwrites key by key, recursively; null removes a section and leaves any other value unchanged. */
    private static void merge(ObjectNode into, ObjectNode from) {
        for (Map.Entry<String, JsonNode> entry : from.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (into.path(key) instanceof ObjectNode section
                    && value instanceof ObjectNode changes
                    && sameKind(section, changes)) {
                merge(section, changes);
            } else if (!value.isNull()) {
                into.set(key, value.deepCopy());
            } else if (into.path(key).isObject()) {
                into.remove(key);
            }
        }
    }

    private static void biases(ObjectNode userModel, ObjectNode model) {
        boolean changed = typed(userModel, "bias");
        boolean bias = model.path("bias").asBoolean(false);
        if (follows("attention_bias", changed, userModel, model)) {
            model.put("attention_bias", bias ? "all" : "none");
        }
        if (follows("mlp_bias", changed, userModel, model)) {
            model.put("mlp_bias", bias);
        }
    }

    /** Returns whether two sections have the same kind; a section of another kind has other keys and replaces the old one. */
    private static boolean sameKind(ObjectNode section, ObjectNode changes) {
        return !changes.has("kind") || changes.path("kind").equals(section.path("kind"));
    }

    private static OptionalLong intermediateSize(ObjectNode model) {
        OptionalLong width = Records.count(model.path("hidden_size"));
        if (width.isEmpty() || !model.path("hidden_act").isString()) {
            return OptionalLong.empty(); // Reading the record will report what is wrong with these keys.
        }
        long size = width.getAsLong();
        boolean gated = model.path("hidden_act").stringValue().equals("swiglu");
        return OptionalLong.of(gated ? Math.ceilDiv(Math.ceilDiv(8 * size, 3), 32) * 32 : 4 * size);
    }

    private static void completeMoe(ObjectNode moe, JsonNode userMoe) {
        normTopkProb(moe, userMoe);
        boolean capacity = typed(userMoe, "capacity_factor");
        if (follows("dispatch", capacity, userMoe, moe) && capacity) {
            moe.put("dispatch", "capacity");
        }
        if (moe.path("dispatch").asString("").equals("capacity")) {
            moe.putIfAbsent("capacity_factor", moe.objectNode());
        }
    }

    private static void normTopkProb(ObjectNode moe, JsonNode userMoe) {
        OptionalLong topK = Records.count(moe.path("num_experts_per_tok"));
        boolean topKChanged = typed(userMoe, "num_experts_per_tok");
        if (topK.isPresent() && follows("norm_topk_prob", topKChanged, userMoe, moe)) {
            moe.put("norm_topk_prob", topK.getAsLong() > 1);
        }
    }

    private static ObjectNode load(String name) {
        String resource = name + ".yaml";
        try (InputStream stream = Presets.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the program was built without its preset " + resource);
            }
            return Yaml.parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8), "preset " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
