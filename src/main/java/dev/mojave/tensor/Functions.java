package dev.mojave.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The operations of neural networks, as libtorch computes them. */
public final class Functions {
    private Functions() {}

    /** Returns {@code x W^T}; x (..., I), weight (O, I). */
    public static Tensor linear(Tensor x, Tensor weight) {
        return Native.call("linear", () -> torch.linear(x.handle(), weight.handle()), x, weight);
    }

    /** Returns {@code x W^T + b}; x (..., I), weight (O, I), bias (O). */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return Native.call("linear", () -> torch.linear(x.handle(), weight.handle(), bias.handle()), x, weight, bias);
    }

    /** Looks up rows; weight (V, D), int64 ids (...), result (..., D). */
    public static Tensor embedding(Tensor weight, Tensor ids) {
        return Native.call("embedding", () -> torch.embedding(weight.handle(), ids.handle()), weight, ids);
    }

    /** Normalises the last dimension to mean 0 and variance 1, then scales it and adds the bias, if there is one. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
        return Native.call(
                "layerNorm",
                () -> torch.layer_norm(
                        x.handle(),
                        new long[] {weight.size(0)},
                        new TensorOptional(weight.handle()),
                        optional(bias),
                        eps,
                        true),
                x,
                weight);
    }

    /** Divides by the root mean square of the last dimension, then scales (arXiv 1910.07467). */
    public static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
        return Native.call(
                "rmsNorm",
                () -> torch.rms_norm(
                        x.handle(),
                        new long[] {weight.size(0)},
                        new TensorOptional(weight.handle()),
                        new DoubleOptional(eps)),
                x,
                weight);
    }

    /** Returns {@code base^x}. */
    public static Tensor power(double base, Tensor x) {
        return Native.call("power", () -> torch.pow(new Scalar(base), x.handle()), x);
    }

    /** Returns GELU in the tanh form of GPT-2 (arXiv 1606.08415). */
    public static Tensor gelu(Tensor x) {
        return Native.call("gelu", () -> torch.gelu(x.handle(), "tanh"), x);
    }

    /** Returns {@code x * sigmoid(x)}. */
    public static Tensor silu(Tensor x) {
        return Native.call("silu", () -> torch.silu(x.handle()), x);
    }

    /** Returns {@code log(1 + exp(x))}. */
    public static Tensor softplus(Tensor x) {
        return Native.call("softplus", () -> torch.softplus(x.handle()), x);
    }

    /** Returns the distribution function of the standard normal distribution. */
    public static Tensor normalCdf(Tensor x) {
        return Native.call("normalCdf", () -> torch.special_ndtr(x.handle()), x);
    }

    /** Softmax over a dimension. */
    public static Tensor softmax(Tensor x, int dimension) {
        return Native.call("softmax", () -> torch.softmax(x.handle(), dimension), x);
    }

    /** Logarithm of the softmax over a dimension. */
    public static Tensor logSoftmax(Tensor x, int dimension) {
        return Native.call("logSoftmax", () -> torch.log_softmax(x.handle(), dimension), x);
    }

    /** Logarithm of the sum of exponentials over a dimension, which disappears. */
    public static Tensor logSumExp(Tensor x, int dimension) {
        return Native.call("logSumExp", () -> torch.logsumexp(x.handle(), dimension), x);
    }

    /**
     * Mean cross-entropy in nats over targets that are not -100.
     *
     * @param logitsNV float logits (N, V)
     * @param targetsN int64 classes (N)
     */
    public static Tensor crossEntropy(Tensor logitsNV, Tensor targetsN) {
        return Native.call(
                "crossEntropy",
                () -> torch.cross_entropy_loss(logitsNV.handle(), targetsN.handle()),
                logitsNV,
                targetsN);
    }

    /** The same, summed instead of averaged. */
    public static Tensor crossEntropySum(Tensor logitsNV, Tensor targetsN) {
        return Native.call(
                "crossEntropySum",
                () -> torch.cross_entropy_loss(
                        logitsNV.handle(), targetsN.handle(), new TensorOptional(), REDUCTION_SUM, -100, 0.0),
                logitsNV,
                targetsN);
    }

    private static final long REDUCTION_SUM = 2;

    /** Zeroes each value with probability p and scales the rest by 1/(1-p), drawing from {@link Rng#dropout()}. */
    public static Tensor dropout(Tensor x, double p) {
        return p == 0 ? x : Native.call("dropout", () -> torch.dropout(x.handle(), p, true), x);
    }

    /**
     * Scaled dot-product attention, {@code softmax(q k^T / sqrt(C)) v}.
     *
     * @param qBHSC queries (B, H, S, C)
     * @param kBHTC keys (B, H, T, C)
     * @param vBHTC values (B, H, T, C)
     * @param mask boolean, broadcastable to (B, H, S, T), true where a query sees a key; empty if every query sees every key
     * @param causal query i sees keys up to i; only with S = T and no mask
     * @param dropout probability with which attention weights are dropped
     */
    public static Tensor attention(
            Tensor qBHSC, Tensor kBHTC, Tensor vBHTC, Optional<Tensor> mask, boolean causal, double dropout) {
        return Native.call(
                "attention",
                () -> torch.scaled_dot_product_attention(
                        qBHSC.handle(),
                        kBHTC.handle(),
                        vBHTC.handle(),
                        optional(mask),
                        dropout,
                        causal,
                        new DoubleOptional(),
                        false),
                qBHSC,
                kBHTC,
                vBHTC);
    }

    private static TensorOptional optional(Optional<Tensor> tensor) {
        return tensor.isPresent() ? new TensorOptional(tensor.get().handle()) : new TensorOptional();
    }
}
