package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether queries and keys are normalised before their product (arXiv 2010.04245); the normalisation is RMSNorm. */
public enum QkNorm {
    /** Not at all. */
    @JsonProperty("none")
    NONE,
    /** Each head by itself, one weight for all heads (Qwen3). */
    @JsonProperty("head")
    HEAD,
    /** All heads together, over the whole projection (OLMoE). */
    @JsonProperty("projection")
    PROJECTION;

    /** Returns how many values one normalisation covers, given the number of heads and their size. */
    int width(int heads, int headSize) {
        return switch (this) {
            case NONE -> 0;
            case HEAD -> headSize;
            case PROJECTION -> heads * headSize;
        };
    }
}
