package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.AttentionShape;
import java.util.List;
import java.util.Optional;

/**
 * Rotary position embedding (arXiv 2104.09864) in the half-split layout of LLaMA: with {@code x = [a, b]} in halves,
 * {@code y = [a cos - b sin, b cos + a sin]}, angle {@code t * theta^(-2i/C)} for pair i of head size C.
 */
public final class Rotary {
    private final Tensor cosTC;
    private final Tensor sinTC;

    /** Precomputes cosines and sines, float32 (T, C/2), for {@code context} positions. */
    public Rotary(int headSize, int context, double theta) {
        this(headSize, context, theta, Optional.empty());
    }

    /** The same with stretched angles; angles are float32 products, as in transformers, so that far positions round alike. */
    public Rotary(int headSize, int context, double theta, Optional<RopeScaling> scaling) {
        Check.that(headSize % 2 == 0, "position_embedding rope needs an even head size, not %d", headSize);
        int half = headSize / 2;
        float[] plain = frequencies(headSize, theta);
        float[] frequencies = scaling.map(s -> s.apply(plain, theta)).orElse(plain);
        float length = scaling.map(s -> (float) s.attentionScale()).orElse(1f);
        float[] cos = new float[context * half];
        float[] sin = new float[context * half];
        for (int t = 0; t < context; t++) {
            for (int i = 0; i < half; i++) {
                float angle = t * frequencies[i];
                cos[t * half + i] = (float) Math.cos(angle) * length;
                sin[t * half + i] = (float) Math.sin(angle) * length;
            }
        }
        try (Scope _ = Scope.open()) {
            cosTC = Tensors.of(cos, context, half).retain();
            sinTC = Tensors.of(sin, context, half).retain();
        }
    }

    private static float[] frequencies(int headSize, double theta) {
        float[] frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / (float) Math.pow(theta, 2f * i / headSize);
        }
        return frequencies;
    }

    /**
     * Rotates.
     *
     * @param xBHSC float32 (B, H, S, C)
     * @param offset position of the first of the S tokens
     */
    public Tensor forward(Tensor xBHSC, int offset) {
        long tokens = xBHSC.size(2);
        Tensor cos = cosTC.narrow(0, offset, tokens);
        Tensor sin = sinTC.narrow(0, offset, tokens);
        List<Tensor> halves = xBHSC.split(xBHSC.size(3) / 2, 3);
        Tensor a = halves.get(0);
        Tensor b = halves.get(1);
        return Tensors.cat(List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))), 3);
    }

    /** Returns the tables as kernels take them. */
    AttentionShape.Rotation rotation() {
        return new AttentionShape.Rotation(cosTC, sinTC);
    }

    /** Frees the tables. */
    public void close() {
        cosTC.close();
        sinTC.close();
    }
}
