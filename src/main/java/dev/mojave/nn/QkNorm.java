package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How queries and keys are normalised before their product (arXiv 2010.04245); the normalisation is RMSNorm. */
public enum QkNorm {
    /** They are not normalised. */
    @JsonProperty("none")
    NONE,
    /** Each head is normalised separately, with one weight vector for all heads (Qwen3). */
    @JsonProperty("head")
    HEAD,
    /** All heads are normalised together, over the whole projection (OLMoE). */
    @JsonProperty("projection")
    PROJECTION;

    /** Returns the number of values per normalisation, given the number of heads and their size. */
    int width(int heads, int headSize) {
        return switch (this) {
            case NONE -> 0;
            case HEAD -> headSize;
            case PROJECTION -> heads * headSize;
        };
    }
}
