package dev.mojave.interop;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.QkNorm;
import java.util.List;
import java.util.Locale;

/**
 * The naming styles of stored tensors: that of GPT-2 for models with LayerNorm; for models with RMSNorm that of LLaMA and
 * Mixtral, or, if they have a q/k norm or a shared expert, that of LLaMA, OLMoE and Qwen. {@link WeightNames} has the table.
 *
 * <p>A matrix that Mojave fuses lists its stored parts in the order of its rows; {@code #} is replaced by the number of an
 * expert.
 */
enum NamingStyle {
    GPT2("transformer.h.%d.") {
        @Override
        String outside(String module) {
            return switch (module) {
                case "embedding" -> "transformer.wte";
                case "positions" -> "transformer.wpe";
                case "final_norm" -> "transformer.ln_f";
                case "head" -> "lm_head";
                default -> throw unknown(module);
            };
        }

        @Override
        List<String> inLayer(String module, boolean gated) {
            return switch (module) {
                case "attention_norm" -> List.of("ln_1");
                case "attention.qkv" -> List.of("attn.c_attn");
                case "attention.q_norm" -> List.of("attn.q_norm");
                case "attention.k_norm" -> List.of("attn.k_norm");
                case "attention.output" -> List.of("attn.c_proj");
                case "feed_forward_norm" -> List.of("ln_2");
                case "feed_forward.input" -> gated ? List.of("mlp.c_gate", "mlp.c_fc") : List.of("mlp.c_fc");
                case "feed_forward.output" -> List.of("mlp.c_proj");
                case "moe.experts.input" ->
                    gated ? List.of("moe.experts.#.c_gate", "moe.experts.#.c_fc") : List.of("moe.experts.#.c_fc");
                case "moe.experts.output" -> List.of("moe.experts.#.c_proj");
                case "moe.shared.input" ->
                    gated ? List.of("moe.shared.c_gate", "moe.shared.c_fc") : List.of("moe.shared.c_fc");
                case "moe.shared.output" -> List.of("moe.shared.c_proj");
                case "moe.shared.gate" -> List.of("moe.shared_gate");
                default -> List.of(ofRouter("moe.", module));
            };
        }
    },
    LLAMA("model.layers.%d.") {
        @Override
        String outside(String module) {
            return outsideLlama(module);
        }

        @Override
        List<String> inLayer(String module, boolean gated) {
            String experts = "block_sparse_moe.experts.#.";
            return switch (module) {
                case "moe.experts.input" -> gated ? List.of(experts + "w1", experts + "w3") : List.of(experts + "w1");
                case "moe.experts.output" -> List.of(experts + "w2");
                default -> inLlamaLayer("block_sparse_moe.", module, gated);
            };
        }
    },
    QWEN("model.layers.%d.") {
        @Override
        String outside(String module) {
            return outsideLlama(module);
        }

        @Override
        List<String> inLayer(String module, boolean gated) {
            return switch (module) {
                case "moe.experts.input" -> projections("mlp.experts.#.", gated);
                case "moe.experts.output" -> List.of("mlp.experts.#.down_proj");
                case "moe.shared.input" -> projections("mlp.shared_expert.", gated);
                case "moe.shared.output" -> List.of("mlp.shared_expert.down_proj");
                case "moe.shared.gate" -> List.of("mlp.shared_expert_gate");
                default -> inLlamaLayer("mlp.", module, gated);
            };
        }
    };

    private static String outsideLlama(String module) {
        return switch (module) {
            case "embedding" -> "model.embed_tokens";
            case "positions" -> "model.embed_positions";
            case "final_norm" -> "model.norm";
            case "head" -> "lm_head";
            default -> throw unknown(module);
        };
    }

    private static List<String> inLlamaLayer(String mixture, String module, boolean gated) {
        return switch (module) {
            case "attention_norm" -> List.of("input_layernorm");
            case "attention.qkv" -> List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");
            case "attention.q_norm" -> List.of("self_attn.q_norm");
            case "attention.k_norm" -> List.of("self_attn.k_norm");
            case "attention.output" -> List.of("self_attn.o_proj");
            case "feed_forward_norm" -> List.of("post_attention_layernorm");
            case "feed_forward.input" -> projections("mlp.", gated);
            case "feed_forward.output" -> List.of("mlp.down_proj");
            default -> List.of(ofRouter(mixture, module));
        };
    }

    /**
     * Returns the stored name of a module of a router. In published architectures a router has only its matrix, so the other
     * modules keep their names in Mojave, except for two names from earlier versions.
     */
    private static String ofRouter(String mixture, String module) {
        return mixture
                + switch (module) {
                    case "moe.router" -> "gate";
                    case "moe.router.noise" -> "noise_gate";
                    case "moe.router.categories" -> "category_embedding";
                    default -> {
                        if (!module.startsWith(ROUTER)) {
                            throw unknown(module);
                        }
                        yield "router." + module.substring(ROUTER.length());
                    }
                };
    }

    private static List<String> projections(String prefix, boolean gated) {
        return gated ? List.of(prefix + "gate_proj", prefix + "up_proj") : List.of(prefix + "up_proj");
    }

    private static final String ROUTER = "moe.router.";

    private final String layer;

    NamingStyle(String layer) {
        this.layer = layer;
    }

    static NamingStyle of(ModelSpec spec) {
        return switch (spec.norm().kind()) {
            case LAYER_NORM -> GPT2;
            case RMS_NORM -> {
                boolean shared =
                        spec.mixture().map(moe -> moe.shared().present()).orElse(false);
                yield shared || spec.attention().qkNorm() != QkNorm.NONE ? QWEN : LLAMA;
            }
        };
    }

    /** Returns the prefix of all names in a layer. */
    String layer(int index) {
        return String.format(Locale.ROOT, layer, index);
    }

    /** Returns the stored name of a module outside the layers. */
    abstract String outside(String module);

    /** Returns the stored parts of a module of a layer, in the order of the rows in Mojave's matrix. */
    abstract List<String> inLayer(String module, boolean gated);

    /**
     * Returns whether a matrix is stored as (inputs, outputs), like GPT-2's Conv1D modules, whose names start with {@code c_}.
     */
    boolean transposed(String storedModule) {
        return this == GPT2
                && storedModule.substring(storedModule.lastIndexOf('.') + 1).startsWith("c_");
    }

    private static IllegalStateException unknown(String module) {
        return new IllegalStateException("the parameters of " + module + " have no stored name");
    }
}
