package dev.mojave.tensor.kernels.block;

import dev.mojave.tensor.Buffers;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Fused;
import dev.mojave.tensor.kernels.support.Groups;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.support.WeightGradients;
import java.util.ArrayList;
import java.util.List;

// Shapes: B sequences, S tokens each, N = B S, D model width.
/**
 * Consecutive residual branches of pre-norm blocks as one operation. A thread takes some sequences through all branches, forward and
 * backward, and threads synchronise once per pass ({@link Groups}); the gradients of weights, sums over all tokens, follow in one loop. The
 * reference implementations are the layers of {@code dev.mojave.nn} in libtorch operations.
 */
public final class BlockKernel {
    private BlockKernel() {}

    /** Returns whether the kernel can run here with a compute type; if not, the caller uses the reference implementations. */
    public static boolean supports(Tensor x, DType compute) {
        return Fused.precision(compute, x).isPresent();
    }

    /**
     * Applies the branches in order; differentiable.
     *
     * @param x float32 (B, S, D); without an attention branch, any shape that ends in D
     */
    public static Tensor apply(Tensor x, List<? extends ResidualBranch> branches) {
        return new Pass(x, branches).apply();
    }

    /** One forward pass and its backward pass. */
    private static final class Pass {
        private final Tensor input;
        private final Tensor x;
        private final int width;
        private final Groups groups;
        private final List<? extends ResidualBranch> branches;
        private final boolean recording;
        private final Buffers kept = new Buffers();
        private final List<ResidualBranch.Forward> forwards = new ArrayList<>();
        /** The input of each branch. */
        private final List<Matrix> ins = new ArrayList<>();

        Pass(Tensor input, List<? extends ResidualBranch> branches) {
            this.input = input;
            this.x = input.detach().contiguous();
            this.width = Math.toIntExact(x.size(-1));
            this.branches = branches;
            boolean attends = branches.stream().anyMatch(AttentionBranch.class::isInstance);
            int rows = Math.toIntExact(x.elements() / width);
            this.groups = attends ? Groups.of((int) x.size(0), (int) x.size(1)) : Groups.ofRows(rows);
            this.recording = CustomOp.recording(inputs().toArray(new Tensor[0]));
        }

        private List<Tensor> inputs() {
            List<Tensor> inputs = new ArrayList<>(List.of(input));
            branches.forEach(branch -> inputs.addAll(branch.parameters()));
            return inputs;
        }

        Tensor apply() {
            if (!recording) {
                try (kept) {
                    return forward();
                }
            }
            kept.closeWithScope();
            return CustomOp.attach(forward(), inputs(), dy -> backward(dy.contiguous()));
        }

        private Tensor forward() {
            Tensor y = Tensors.empty(DType.FLOAT32, x.shape());
            // Weights rounded to bfloat16 live only as long as the pass.
            try (Scope _ = Scope.open()) {
                ins.add(Matrix.of(x));
                for (ResidualBranch branch : branches) {
                    if (!forwards.isEmpty()) {
                        ins.add(Matrix.of(kept, groups.rows(), width));
                    }
                    forwards.add(branch.begin(groups, kept));
                }
                Matrix out = Matrix.of(y);
                groups.forEach(group -> {
                    for (int i = 0; i < forwards.size(); i++) {
                        forwards.get(i).run(group, ins.get(i), i + 1 < ins.size() ? ins.get(i + 1) : out);
                    }
                });
            }
            return y;
        }

        private List<Tensor> backward(Tensor dy) {
            Tensor dx = Tensors.empty(DType.FLOAT32, x.shape());
            try (Buffers temporary = new Buffers()) {
                List<ResidualBranch.Backward> backwards =
                        forwards.stream().map(f -> f.back(temporary)).toList();
                List<Matrix> gradientsOfIns = new ArrayList<>(List.of(Matrix.of(dx)));
                for (int i = 1; i < ins.size(); i++) {
                    gradientsOfIns.add(Matrix.of(temporary, groups.rows(), width));
                }
                gradientsOfIns.add(Matrix.of(dy));
                groups.forEach(group -> {
                    for (int i = backwards.size() - 1; i >= 0; i--) {
                        backwards.get(i).run(group, ins.get(i), gradientsOfIns.get(i + 1), gradientsOfIns.get(i));
                    }
                });
                List<Tensor> gradients = new ArrayList<>(List.of(dx));
                WeightGradients products = new WeightGradients();
                for (int i = 0; i < backwards.size(); i++) {
                    gradients.addAll(backwards.get(i).gradients(gradientsOfIns.get(i + 1), products));
                }
                products.run();
                return gradients;
            } finally {
                kept.close();
            }
        }
    }
}
