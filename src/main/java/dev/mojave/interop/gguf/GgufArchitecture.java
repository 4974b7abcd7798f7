package dev.mojave.interop.gguf;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.QkNorm;
import java.util.Locale;

/** Architectures of llama.cpp, by their names there in lower case. */
enum GgufArchitecture {
    LLAMA,
    QWEN2,
    QWEN3;

    /** Returns the one whose attention a model has, or else the most general. */
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
