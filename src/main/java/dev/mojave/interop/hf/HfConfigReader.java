package dev.mojave.interop.hf;

import dev.mojave.base.Failure;
import dev.mojave.model.ExpertChoice;
import dev.mojave.model.ModelKeys;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Attention;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads Hugging Face's keys for the architectures of {@link HfFamily}, with transformers' defaults for missing ones. It rejects
 * by name every setting that would make the model compute something else.
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
        require(
                absent(config.path("quantization_config")),
                "quantization_config",
                "is not supported; save the model in float32 or bfloat16");
        return switch (family()) {
            case GPT2 -> gpt2();
            case LLAMA, MISTRAL, QWEN2 -> llama(1e-6, null, QkNorm.NONE);
            case QWEN3 -> llama(1e-6, null, QkNorm.HEAD);
            case MIXTRAL -> llama(1e-5, mixture(true, 8, 2, 0.001), QkNorm.NONE);
            case OLMOE -> {
                require(absent(config.path("clip_qkv")), "clip_qkv", "is not supported");
                yield llama(1e-5, mixture(flag("norm_topk_prob", false), 64, 8, 0.01), QkNorm.PROJECTION);
            }
            case QWEN2_MOE -> llama(1e-6, qwen(60, 4, 1408, 5632), QkNorm.NONE);
            case QWEN3_MOE -> llama(1e-6, qwen(128, 8, 768, 0), QkNorm.HEAD);
        };
    }

    /** Returns the architecture that {@code model_type} names. */
    HfFamily family() {
        String type = text("model_type", "");
        return HfFamily.named(type)
                .orElseThrow(() -> Failure.data(
                        "%s: model_type '%s' is not supported; supported types: %s",
                        source, type, String.join(", ", HfFamily.modelTypes())));
    }

    private ModelSpec gpt2() {
        only("activation_function", "gelu_new", List.of("gelu_new", "gelu_pytorch_tanh", "gelu_fast"));
        off("scale_attn_by_inverse_layer_idx");
        off("add_cross_attention");
        require(flag("scale_attn_weights", true), "scale_attn_weights", "must be true");
        int width = whole("n_embd", 768);
        int heads = whole("n_head", 12);
        return new ModelSpec(
                new ModelKeys.Frame(
                        whole("vocab_size", 50_257),
                        whole("n_positions", 1024),
                        flag("tie_word_embeddings", true),
                        new ModelKeys.Position(Positions.LEARNED)),
                new ModelKeys.Stack(width, whole("n_layer", 12), number("resid_pdrop", 0.1)),
                new ModelKeys.Attention(heads, heads, Attention.Bias.ALL),
                new ModelKeys.FeedForward(whole("n_inner", 4 * width), Activation.GELU, true),
                new ModelKeys.Norm(Norm.Kind.LAYER_NORM, number("layer_norm_epsilon", 1e-5), true),
                initializerRange(),
                null,
                null);
    }

    private ModelSpec llama(double eps, @Nullable MoeSpec moe, QkNorm qkNorm) {
        only("hidden_act", "silu", List.of("silu", "swish"));
        int heads = whole("num_attention_heads");
        int context = whole("max_position_embeddings");
        Optional<Integer> window = new HfWindow(this, config, context).window();
        boolean mixtral = is(HfFamily.MIXTRAL);
        Attention.Bias bias = attentionBias();
        boolean mlpBias = is(HfFamily.LLAMA) && flag("mlp_bias", false);
        HfRope rope = new HfRope(this, config, context, mixtral ? 1e6 : 10_000);
        return new ModelSpec(
                new ModelKeys.Frame(
                        whole("vocab_size"),
                        context,
                        flag("tie_word_embeddings", false),
                        new ModelKeys.Position(Positions.ROPE, rope.theta(), rope.scaling())),
                new ModelKeys.Stack(whole("hidden_size"), whole("num_hidden_layers"), number("attention_dropout", 0)),
                new ModelKeys.Attention(
                        heads, keyValueHeads(heads), headSize(heads), bias, qkNorm, window.orElse(null)),
                new ModelKeys.FeedForward(whole("intermediate_size"), Activation.SWIGLU, mlpBias),
                new ModelKeys.Norm(
                        Norm.Kind.RMS_NORM, number("rms_norm_eps", eps), mlpBias && bias == Attention.Bias.ALL),
                initializerRange(),
                moe,
                null);
    }

    /**
     * Returns where attention has biases. A key that an architecture does not have is not read for it, even if the config
     * contains it.
     */
    private Attention.Bias attentionBias() {
        return switch (family()) {
            case GPT2, LLAMA, OLMOE, QWEN3, QWEN3_MOE -> Attention.Bias.of(flag("attention_bias", false));
            case MISTRAL, MIXTRAL -> Attention.Bias.NONE;
            case QWEN2 -> Attention.Bias.QKV;
            case QWEN2_MOE -> flag("qkv_bias", true) ? Attention.Bias.QKV : Attention.Bias.NONE;
        };
    }

    /**
     * Returns the number of key-value heads. If the key is missing, transformers uses the number of the model after which the
     * architecture is named; null means one per head.
     */
    private int keyValueHeads(int heads) {
        if (config.has("num_key_value_heads")) {
            return whole("num_key_value_heads", heads);
        }
        return switch (family()) {
            case GPT2, LLAMA, OLMOE -> heads;
            case MISTRAL, MIXTRAL -> 8;
            case QWEN2, QWEN3 -> 32;
            case QWEN2_MOE -> 16;
            case QWEN3_MOE -> 4;
        };
    }

    /**
     * Returns the initialisation settings. They do not affect a model that has its weights, so an invalid range is replaced by
     * the default.
     */
    private ModelKeys.Start initializerRange() {
        double range = config.path("initializer_range").asDouble(INITIALIZER_RANGE);
        return new ModelKeys.Start(range > 0 && range < Double.POSITIVE_INFINITY ? range : INITIALIZER_RANGE);
    }

    boolean is(HfFamily family) {
        return family() == family;
    }

    private @Nullable Integer headSize(int heads) {
        if (absent(config.path("head_dim"))) {
            return is(HfFamily.QWEN3) && !config.has("head_dim") ? (Integer) 128 : null;
        }
        int size = whole("head_dim");
        require(
                !is(HfFamily.OLMOE) || (long) size * heads == whole("hidden_size"),
                "head_dim",
                "must be hidden_size / num_attention_heads");
        return size;
    }

    private MoeSpec mixture(boolean renormalized, int experts, int topK, double balance) {
        return new MoeSpec(
                choice(renormalized, experts, topK, balance),
                MoeSpec.Placement.ALL,
                MoeSpec.Each.PLAIN,
                MoeSpec.Shared.NONE,
                MoeLayer.DispatchSpec.DROPLESS);
    }

    private MoeSpec qwen(int experts, int topK, int width, int shared) {
        return new MoeSpec(
                choice(flag("norm_topk_prob", false), experts, topK, 0.001),
                new MoeSpec.Placement(whole("decoder_sparse_step", 1), layers("mlp_only_layers")),
                new MoeSpec.Each(whole("moe_intermediate_size", width), 0),
                shared == 0
                        ? MoeSpec.Shared.NONE
                        : new MoeSpec.Shared(whole("shared_expert_intermediate_size", shared), true),
                MoeLayer.DispatchSpec.DROPLESS);
    }

    private ExpertChoice choice(boolean renormalized, int experts, int topK, double balance) {
        return new ExpertChoice(
                experts(experts),
                whole("num_experts_per_tok", topK),
                renormalized,
                new TopKRouter.Spec(),
                Coefficients.NONE.with(BalanceLoss.MIXTRAL_BALANCE, number("router_aux_loss_coef", balance)));
    }

    /** Returns the number of experts, which has had two names in transformers. */
    private int experts(int fallback) {
        return absent(config.path("num_local_experts")) ? whole("num_experts", fallback) : whole("num_local_experts");
    }

    private List<Integer> layers(String key) {
        JsonNode node = config.path(key);
        if (absent(node)) {
            return List.of();
        }
        require(node.isArray(), key, "must be a list of layers");
        List<Integer> layers = new ArrayList<>();
        for (JsonNode layer : node) {
            require(layer.isIntegralNumber() && layer.canConvertToInt(), key, "must contain whole numbers");
            layers.add(layer.intValue());
        }
        return layers;
    }

    static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    void require(boolean condition, String key, String rule) {
        if (!condition) {
            JsonNode found = config.at("/" + key.replace('.', '/'));
            String value = found.isNumber() ? found.asString() : found.toString();
            throw Failure.data("%s: %s is %s; it %s", source, key, found.isMissingNode() ? "absent" : value, rule);
        }
    }

    int whole(String key) {
        JsonNode node = config.path(key);
        require(node.isIntegralNumber() && node.canConvertToInt(), key, "must be a whole number");
        return node.intValue();
    }

    int whole(String key, int fallback) {
        return absent(config.path(key)) ? fallback : whole(key);
    }

    /** Returns whether a node is a finite number; Python's JSON may contain NaN and Infinity, which are never valid settings. */
    static boolean isFinite(JsonNode node) {
        return node.isNumber() && Double.isFinite(node.doubleValue());
    }

    double number(String key, double fallback) {
        JsonNode node = config.path(key);
        require(absent(node) || isFinite(node), key, "must be a finite number");
        return absent(node) ? fallback : node.doubleValue();
    }

    boolean flag(String key, boolean fallback) {
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
