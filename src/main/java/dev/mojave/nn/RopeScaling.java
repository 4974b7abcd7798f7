package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import org.jspecify.annotations.Nullable;

/**
 * Scaling of the rotary angles, which extends a model to longer contexts than it was trained on. The kinds differ in how they
 * change the frequencies {@code f_i = theta^(-2i/C)}; YaRN also changes the length of rotated vectors. All arithmetic is float32,
 * in the same order as in the transformers library (where a number divided by a tensor is the number times the reciprocal), so
 * that angles at distant positions round identically.
 */
public sealed interface RopeScaling {
    /**
     * Returns the scaled frequencies, (C/2), in radians per position.
     *
     * @param wavelengths {@code theta^(2i/C)}, (C/2), in positions per radian; not modified
     * @param theta base of the wavelengths
     */
    float[] frequencies(float[] wavelengths, double theta);

    /** Returns the frequencies without scaling. */
    static float[] plain(float[] wavelengths) {
        float[] frequencies = new float[wavelengths.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / wavelengths[i];
        }
        return frequencies;
    }

    /** Returns the factor on rotated queries and keys. */
    default double attentionScale() {
        return 1;
    }

    /** Positions are divided by the factor (arXiv 2306.15595). */
    record Linear(double factor) implements RopeScaling {
        /** Checks the factor. */
        public Linear {
            checkFactor(factor);
        }

        @Override
        public float[] frequencies(float[] wavelengths, double theta) {
            float[] scaled = plain(wavelengths);
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] /= (float) factor;
            }
            return scaled;
        }
    }

    /**
     * NTK-aware scaling that grows with the length of the sequence. It changes nothing up to {@code max_position_embeddings},
     * which Mojave does not exceed; it exists so that a model that specifies it is exported unchanged.
     */
    record Dynamic(double factor) implements RopeScaling {
        /** Checks the factor. */
        public Dynamic {
            checkFactor(factor);
        }

        @Override
        public float[] frequencies(float[] wavelengths, double theta) {
            return plain(wavelengths);
        }
    }

    /**
     * The scaling of LLaMA 3.1 (arXiv 2407.21783): long wavelengths are stretched by the factor, short ones are kept, and those
     * in between are interpolated smoothly.
     *
     * @param factor factor on the wavelengths, at least 1
     * @param lowFreqFactor wavelengths above the original context divided by this are stretched by the whole factor
     * @param highFreqFactor wavelengths below the original context divided by this are kept
     * @param originalMaxPositionEmbeddings context of the original training, in tokens
     */
    @JsonTypeName("llama3")
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
            implements RopeScaling {
        /** Checks every value. */
        public Llama3 {
            checkFactor(factor);
            checkOriginal(originalMaxPositionEmbeddings);
            Check.that(
                    0 < lowFreqFactor && lowFreqFactor < highFreqFactor,
                    "low_freq_factor (%s) must be positive and below high_freq_factor (%s)",
                    lowFreqFactor,
                    highFreqFactor);
        }

        @Override
        public float[] frequencies(float[] wavelengths, double theta) {
            float[] scaled = plain(wavelengths);
            for (int i = 0; i < scaled.length; i++) {
                float frequency = scaled[i];
                float period = 1 / frequency * (float) (2 * Math.PI);
                if (period > (float) (originalMaxPositionEmbeddings / lowFreqFactor)) {
                    scaled[i] = frequency / (float) factor;
                } else if (period >= (float) (originalMaxPositionEmbeddings / highFreqFactor)) {
                    float smooth = (1 / period * originalMaxPositionEmbeddings - (float) lowFreqFactor)
                            / (float) (highFreqFactor - lowFreqFactor);
                    scaled[i] = (1 - smooth) * frequency / (float) factor + smooth * frequency;
                }
            }
            return scaled;
        }
    }

    /**
     * YaRN (arXiv 2309.00071): channel pairs that rotate fast are kept, slow ones are stretched by the factor, those in between
     * follow a linear ramp over the pair index, and attention becomes sharper with the factor.
     *
     * @param factor factor on the wavelengths, at least 1
     * @param originalMaxPositionEmbeddings context of the original training, in tokens
     * @param betaFast pairs that make more turns than this over the original context are kept
     * @param betaSlow pairs that make fewer turns than this are stretched by the whole factor
     * @param truncate whether the ends of the ramp are rounded outwards to whole indices
     * @param attentionFactor factor on rotated queries and keys; null = {@code 0.1 ln(factor) + 1}
     */
    record Yarn(
            double factor,
            int originalMaxPositionEmbeddings,
            @Default("32") double betaFast,
            @Default("1") double betaSlow,
            @Default("true") boolean truncate,
            @Nullable Double attentionFactor)
            implements RopeScaling {
        /** Checks every value. */
        public Yarn {
            checkFactor(factor);
            checkOriginal(originalMaxPositionEmbeddings);
            Check.that(
                    0 < betaSlow && betaSlow < betaFast,
                    "beta_slow (%s) must be positive and below beta_fast (%s)",
                    betaSlow,
                    betaFast);
            if (attentionFactor != null) {
                Check.that(attentionFactor > 0, "attention_factor (%s) must be positive", attentionFactor);
            }
        }

        @Override
        public double attentionScale() {
            return attentionFactor == null ? defaultAttentionFactor(factor, 1) : attentionFactor;
        }

        /** Returns {@code 0.1 scale ln(factor) + 1}. */
        public static double defaultAttentionFactor(double factor, double scale) {
            return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
        }

        @Override
        public float[] frequencies(float[] wavelengths, double theta) {
            int half = wavelengths.length;
            double fast = turns(betaFast, 2 * half, theta);
            double slow = turns(betaSlow, 2 * half, theta);
            double first = Math.max(truncate ? Math.floor(fast) : fast, 0);
            double last = Math.min(truncate ? Math.ceil(slow) : slow, 2 * half - 1);
            float length = (float) (first == last ? 0.001 : last - first);
            float[] scaled = new float[half];
            for (int i = 0; i < half; i++) {
                float kept = 1 - Math.clamp((i - (float) first) / length, 0f, 1f);
                float stretched = 1 / ((float) factor * wavelengths[i]);
                scaled[i] = stretched * (1 - kept) + 1 / wavelengths[i] * kept;
            }
            return scaled;
        }

        /** Returns the fractional index of the pair that makes {@code rotations} turns over the original context. */
        private double turns(double rotations, int size, double theta) {
            return size * Math.log(originalMaxPositionEmbeddings / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    private static void checkFactor(double factor) {
        Check.that(factor >= 1, "factor (%s) must be at least 1", factor);
    }

    private static void checkOriginal(int context) {
        Check.that(context >= 1, "original_max_position_embeddings (%d) must be positive", context);
    }
}
