package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;

/** How a model encodes the position of a token. */
public enum Positions {
    /** A trained table is added to the embeddings (GPT-2). */
    @JsonProperty("learned")
    LEARNED,
    /** A fixed table of sines and cosines is added to the embeddings (arXiv 1706.03762). */
    @JsonProperty("sinusoidal")
    SINUSOIDAL,
    /** Queries and keys are rotated by their position (arXiv 2104.09864). */
    @JsonProperty("rope")
    ROPE;

    /**
     * Returns the table of Vaswani et al. divided by the square root of the width:
     * {@code PE(t, 2i) = sin(t / 10000^(2i/D)) / sqrt(D)}, and {@code PE(t, 2i+1)} is the cosine. They multiply the token
     * embeddings by {@code sqrt(D)} instead, which gives the same sum up to a factor that the first norm removes. Unscaled, the
     * table would dominate embeddings whose initial standard deviation is 0.02.
     *
     * @return float32 (T, D)
     */
    public static Tensor sinusoidal(int context, int width) {
        float[] table = new float[context * width];
        double scale = 1 / Math.sqrt(width);
        for (int t = 0; t < context; t++) {
            for (int d = 0; d < width; d++) {
                double angle = t / Math.pow(10_000, (d - d % 2) / (double) width);
                table[t * width + d] = (float) (scale * (d % 2 == 0 ? Math.sin(angle) : Math.cos(angle)));
            }
        }
        return Tensors.of(table, context, width);
    }
}
