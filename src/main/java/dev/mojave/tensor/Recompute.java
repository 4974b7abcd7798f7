package dev.mojave.tensor;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;

/**
 * Trades time for memory (arXiv 1604.06174): the forward pass of a function keeps its result alone, and the backward pass computes it a
 * second time to have what its gradients need. What is computed, and every draw of {@link Rng#dropout()}, is the same, so results are too.
 * On a GPU, whose dropout draws from a stream of its own, the body runs once and keeps its activations.
 */
public final class Recompute {
    private Recompute() {}

    /**
     * Returns {@code body(x)}; differentiable in x and in every leaf that the body uses, whose gradients are accumulated directly.
     *
     * @param body depends on nothing that needs a gradient but x and leaves
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

    /** Runs the body again, recorded, from the same random state, and back. */
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
