package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads Hugging Face's own keys for gpt2, llama and mixtral, with transformers' defaults for those that it leaves out, and refuses by
 * name every setting that would make the model compute something else.
 */
final class HfConfigReader {
    private static final double INITIALIZER_RANGE = 0.02;

    private final ObjectNode config;
    private final String source;

    HfConfigReader(ObjectNode config, String source) {
        this.config = config;
        this.source = source;
    }

    ModelSpec spec() {
        String type = text("model_type", "");
        return switch (type) {
            case "gpt2" -> gpt2();
            case "llama" -> llama(1e-6, 10_000, null);
            case "mixtral" -> llama(1e-5, 1e6, mixture());
            default ->
                throw Failure.data(
                        "%s: model_type '%s' is not one that Mojave can build (gpt2, llama, mixtral)", source, type);
        };
    }

    private ModelSpec gpt2() {
        only("activation_function", "gelu_new", List.of("gelu_new", "gelu_pytorch_tanh"));
        off("scale_attn_by_inverse_layer_idx");
        off("add_cross_attention");
        int width = whole("n_embd");
        int heads = whole("n_head");
        return new ModelSpec(
                whole("vocab_size"),
                width,
                whole("n_layer"),
                heads,
                heads,
                whole("n_inner", 4 * width),
                whole("n_positions"),
                Norm.Kind.LAYER_NORM,
                number("layer_norm_epsilon", 1e-5),
                Positions.LEARNED,
                10_000,
                Activation.GELU,
                true,
                flag("tie_word_embeddings", true),
                number("resid_pdrop", 0.1),
                number("initializer_range", INITIALIZER_RANGE),
                null);
    }

    private ModelSpec llama(double eps, double theta, @Nullable MoeSpec moe) {
        only("hidden_act", "silu", List.of("silu"));
        int width = whole("hidden_size");
        int heads = whole("num_attention_heads");
        int headSize = whole("head_dim", width / heads);
        require(headSize * heads == width, "head_dim", "must be hidden_size / num_attention_heads");
        boolean attentionBias = flag("attention_bias", false);
        boolean mlpBias = flag("mlp_bias", false);
        int context = whole("max_position_embeddings");
        require(whole("sliding_window", context) >= context, "sliding_window", "must not be shorter than the context");
        return new ModelSpec(
                whole("vocab_size"),
                width,
                whole("num_hidden_layers"),
                heads,
                whole("num_key_value_heads", heads),
                whole("intermediate_size"),
                context,
                Norm.Kind.RMS_NORM,
                number("rms_norm_eps", eps),
                Positions.ROPE,
                ropeTheta(theta),
                Activation.SWIGLU,
                attentionBias || mlpBias,
                Attention.Bias.of(attentionBias),
                mlpBias,
                flag("tie_word_embeddings", false),
                number("attention_dropout", 0),
                number("initializer_range", INITIALIZER_RANGE),
                moe);
    }

    private double ropeTheta(double fallback) {
        require(absent(config.path("rope_scaling")), "rope_scaling", "is not supported");
        JsonNode rope = config.path("rope_parameters");
        if (absent(rope)) {
            return number("rope_theta", fallback);
        }
        String type = rope.path("rope_type").asString("default");
        require(type.equals("default"), "rope_parameters.rope_type", "must be default");
        require(rope.path("rope_theta").isNumber(), "rope_parameters.rope_theta", "must be a number");
        return rope.path("rope_theta").doubleValue();
    }

    private MoeSpec mixture() {
        int experts = whole("num_local_experts");
        int topK = whole("num_experts_per_tok");
        return new MoeSpec(
                experts,
                topK,
                true,
                1,
                MoeSpec.Router.TOP_K,
                new BalanceLosses.Coefficients(0, number("router_aux_loss_coef", 0.001), 0));
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private void require(boolean condition, String key, String rule) {
        if (!condition) {
            JsonNode found = config.at("/" + key.replace('.', '/'));
            throw Failure.data("%s: %s is %s; it %s", source, key, found.isMissingNode() ? "absent" : found, rule);
        }
    }

    private int whole(String key) {
        JsonNode node = config.path(key);
        require(node.isIntegralNumber() && node.canConvertToInt(), key, "must be a whole number");
        return node.intValue();
    }

    private int whole(String key, int fallback) {
        return absent(config.path(key)) ? fallback : whole(key);
    }

    private double number(String key, double fallback) {
        JsonNode node = config.path(key);
        require(absent(node) || node.isNumber(), key, "must be a number");
        return absent(node) ? fallback : node.doubleValue();
    }

    private boolean flag(String key, boolean fallback) {
        JsonNode node = config.path(key);
        require(absent(node) || node.isBoolean(), key, "must be true or false");
        return absent(node) ? fallback : node.booleanValue();
    }

    private String text(String key, String fallback) {
        JsonNode node = config.path(key);
        require(absent(node) || node.isString(), key, "must be text");
        return absent(node) ? fallback : node.stringValue();
    }

    private void only(String key, String fallback, List<String> supported) {
        require(supported.contains(text(key, fallback)), key, "must be one of " + String.join(", ", supported));
    }

    private void off(String key) {
        require(!flag(key, false), key, "must be false");
    }
}
