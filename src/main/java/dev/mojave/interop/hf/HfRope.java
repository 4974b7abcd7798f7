package dev.mojave.interop.hf;

import dev.mojave.nn.RopeScaling;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rotary settings of a config.json: {@code rope_parameters} since transformers 5; before, {@code rope_theta} and {@code
 * rope_scaling}, whose kind was originally named {@code type}.
 */
final class HfRope {
    private static final List<String> TYPES = List.of("default", "linear", "dynamic", "llama3", "yarn");

    private final HfConfigReader reader;
    private final ObjectNode config;
    private final String section;
    private final JsonNode rope;
    private final int context;
    private final double defaultTheta;

    HfRope(HfConfigReader reader, ObjectNode config, int context, double defaultTheta) {
        this.reader = reader;
        this.config = config;
        this.context = context;
        this.defaultTheta = defaultTheta;
        this.section = HfConfigReader.absent(config.path("rope_parameters")) ? "rope_scaling" : "rope_parameters";
        this.rope = config.path(section);
        reader.require(HfConfigReader.absent(rope) || rope.isObject(), section, "must be a section");
        for (JsonNode setting : rope) {
            reader.require(!setting.isObject(), section, "must not differ between layers");
        }
        requireWhole(config.path("partial_rotary_factor"), "partial_rotary_factor");
        requireWhole(rope.path("partial_rotary_factor"), section + ".partial_rotary_factor");
    }

    private void requireWhole(JsonNode part, String key) {
        reader.require(HfConfigReader.absent(part) || part.asDouble(0) == 1, key, "must be 1");
    }

    double theta() {
        return HfConfigReader.absent(rope.path("rope_theta"))
                ? reader.number("rope_theta", defaultTheta)
                : number("rope_theta");
    }

    @Nullable
    RopeScaling scaling() {
        if (HfConfigReader.absent(rope)) {
            return null;
        }
        String key = rope.has("rope_type") ? "rope_type" : "type";
        JsonNode written = rope.path(key);
        String type = written.isString() ? written.stringValue() : HfConfigReader.absent(written) ? "default" : "";
        reader.require(TYPES.contains(type), section + "." + key, "must be one of " + String.join(", ", TYPES));
        return switch (type) {
            case "linear" -> new RopeScaling.Linear(number("factor"));
            case "dynamic" -> new RopeScaling.Dynamic(number("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        number("factor"), number("low_freq_factor"), number("high_freq_factor"), original());
            case "yarn" -> yarn();
            default -> null;
        };
    }

    private RopeScaling yarn() {
        double factor = HfConfigReader.absent(rope.path("factor")) ? context / (double) original() : number("factor");
        double fast = number("beta_fast", 0);
        double slow = number("beta_slow", 0);
        return new RopeScaling.Yarn(
                factor,
                original(),
                fast == 0 ? 32 : fast,
                slow == 0 ? 1 : slow,
                rope.path("truncate").asBoolean(true),
                attentionFactor(factor));
    }

    private @Nullable Double attentionFactor(double factor) {
        if (!HfConfigReader.absent(rope.path("attention_factor"))) {
            return number("attention_factor");
        }
        double scale = number("mscale", 0);
        double all = number("mscale_all_dim", 0);
        if (scale == 0 || all == 0) {
            return null;
        }
        return RopeScaling.Yarn.defaultAttentionFactor(factor, scale)
                / RopeScaling.Yarn.defaultAttentionFactor(factor, all);
    }

    private int original() {
        String key = "original_max_position_embeddings";
        JsonNode node = HfConfigReader.absent(rope.path(key)) ? config.path(key) : rope.path(key);
        reader.require(
                HfConfigReader.absent(node) || (node.isIntegralNumber() && node.canConvertToInt()),
                section + "." + key,
                "must be a whole number");
        return HfConfigReader.absent(node) ? context : node.intValue();
    }

    private double number(String key) {
        reader.require(HfConfigReader.isFinite(rope.path(key)), section + "." + key, "must be a finite number");
        return rope.path(key).doubleValue();
    }

    private double number(String key, double fallback) {
        return HfConfigReader.absent(rope.path(key)) ? fallback : number(key);
    }
}
