package dev.mojave.tensor;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;

/**
 * Trades time for memory (arXiv 1604.06174): the forward pass of a function keeps only its result, and the backward pass repeats it to
 * obtain the activations that gradients need. The repetition computes the same values and draws the same numbers from {@link
 * Rng#dropout()}, so results do not change.
 * On a GPU, whose dropout draws from a stream of its own, the body runs once and keeps its activations.
 */
public final class Recompute {
    private Recompute() {}

    /**
     * Returns {@code body(x)}; differentiable in x and in every leaf that the body uses, whose gradients are accumulated directly.
     *
     * @param body a function that depends on no tensor with a gradient other than x and leaves
     */
    public static Tensor apply(Tensor x, UnaryOperator<Tensor> body) {
        if (!CustomOp.recording(x) || !CustomOp.supports(x)) {
            return body.apply(x);
        }
        byte[] random = Rng.dropout().state();
        Tensor y;
        try (Scope scope = Scope.open();
                NoGrad _ = NoGrad.open()) {
            y = scope.keep(body.apply(x.detach()).detach());
        }
        return CustomOp.attach(y, List.of(x), dy -> List.of(gradient(x, body, random, dy)));
    }

    /** Repeats the body, recorded, from the same random state, and runs it backward. */
    private static Tensor gradient(Tensor x, UnaryOperator<Tensor> body, byte[] random, Tensor dy) {
        byte[] now = Rng.dropout().state();
        boolean recorded = GradMode.is_enabled();
        try (Scope scope = Scope.open()) {
            Rng.dropout().restore(random);
            GradMode.set_enabled(true);
            Tensor leaf = x.detach().requireGrad(true);
            body.apply(leaf).backward(dy);
            return scope.keep(leaf.grad().orElseThrow());
        } finally {
            GradMode.set_enabled(recorded);
            Rng.dropout().restore(now);
        }
    }
}
