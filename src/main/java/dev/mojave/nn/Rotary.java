package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.block.AttentionShape;
import java.util.List;
import java.util.Optional;

/**
 * Rotary position embedding (arXiv 2104.09864) in the half-split layout of LLaMA: with {@code x = [a, b]} split into halves,
 * {@code y = [a cos - b sin, b cos + a sin]}, where pair i of a head of size C has the angle {@code t * theta^(-2i/C)} at
 * position t.
 */
public final class Rotary {
    private final Tensor cosTC;
    private final Tensor sinTC;

    /** Precomputes cosines and sines, float32 (T, C/2), for {@code context} positions. */
    public Rotary(int headSize, int context, double theta) {
        this(headSize, context, theta, Optional.empty());
    }

    /**
     * Precomputes the tables with scaled angles. The arithmetic is float32, in the same order as in the transformers library,
     * because at distant positions a difference in the last bit of a frequency becomes many bits in the angle.
     *
     * @throws IllegalArgumentException if the head size is odd
     */
    public Rotary(int headSize, int context, double theta, Optional<RopeScaling> scaling) {
        Check.that(headSize % 2 == 0, "position_embedding rope needs an even head size, not %d", headSize);
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            float[] wavelengths = wavelengths(headSize, theta);
            float[] frequencies =
                    scaling.map(s -> s.frequencies(wavelengths, theta)).orElseGet(() -> RopeScaling.plain(wavelengths));
            Tensor angles = Tensors.arange(DType.FLOAT32, context)
                    .unsqueeze(1)
                    .mul(Tensors.of(frequencies, 1, frequencies.length));
            double length = scaling.map(RopeScaling::attentionScale).orElse(1.0);
            cosTC = angles.cos().mul(length).retain();
            sinTC = angles.sin().mul(length).retain();
        }
    }

    /** Returns {@code theta^(2i/C)}, (C/2), in positions per radian. */
    private static float[] wavelengths(int headSize, double theta) {
        float[] exponents = new float[headSize / 2];
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = 2f * i / headSize;
        }
        return Functions.power(theta, Tensors.of(exponents, exponents.length)).toFloats();
    }

    /**
     * Rotates queries or keys by their positions.
     *
     * @param xBHSC float32 (B, H, S, C)
     * @param offset position of the first of the S tokens
     * @return float32 (B, H, S, C)
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

    /** Returns the tables in the form that kernels accept. */
    AttentionShape.Rotation rotation() {
        return new AttentionShape.Rotation(cosTC, sinTC);
    }

    /** Returns the cosines, float32 (T, C/2). */
    public Tensor cosines() {
        return cosTC;
    }

    /** Returns the sines, float32 (T, C/2). */
    public Tensor sines() {
        return sinTC;
    }

    /** Frees the tables. */
    public void close() {
        cosTC.close();
        sinTC.close();
    }
}
