package dev.mojave.interop.gguf;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.QkNorm;
import java.util.Locale;

/** The supported architectures of llama.cpp; their names in GGUF are in lower case. */
enum GgufArchitecture {
    LLAMA,
    QWEN2,
    QWEN3;

    /** Returns the architecture with a model's attention, or else the most general one. */
    static GgufArchitecture of(ModelSpec spec) {
        if (spec.attention().qkNorm() == QkNorm.HEAD) {
            return QWEN3;
        }
        return spec.attention().attentionBias() == Attention.Bias.QKV ? QWEN2 : LLAMA;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
