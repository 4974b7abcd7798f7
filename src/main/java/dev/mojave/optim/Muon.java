package dev.mojave.optim;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

// Shapes: a matrix is (R, C); a stack of matrices is (E, R, C), each of them updated independently.
/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"): it updates each matrix with its
 * orthogonalised momentum. With gradient g, already multiplied by the clipping scale:
 *
 * <pre>{@code
 * m = momentum m + g
 * u = g + momentum m                                  (Nesterov)
 * X = u / (|u|_F + 1e-7);  n times: A = X X^T,  X = a X + (b A + c A^2) X,  (a, b, c) = (3.4445, -4.7750, 2.0315)
 * w = w (1 - lr decay) - lr 0.2 sqrt(max(R, C)) X
 * }</pre>
 *
 * <p>The factor {@code 0.2 sqrt(max(R, C))} gives updates the root mean square of AdamW's (Liu et al., arXiv 2502.16982, equation
 * 4), so that both share one learning rate. The iteration runs on the smaller side of the matrix, in float32 (the original uses
 * bfloat16 for speed on GPUs). Its coefficients bring singular values near 1 (about 0.7 to 1.2) in few steps rather than exactly
 * to 1.
 *
 * <p>Muon updates the {@linkplain Role#MATRIX matrices} and {@linkplain Role#EXPERTS experts} of blocks; {@link AdamW} updates
 * embeddings, head, routers, gates, norms and biases, with the same learning rate and weight decay. A fused matrix, such as that
 * of queries, keys and values, is orthogonalised as a whole.
 */
public final class Muon implements Optimizer {
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;
    private static final double TINY = 1e-7;
    /** Root mean square of AdamW's updates, as measured in arXiv 2502.16982. */
    private static final double RMS_OF_ADAMW = 0.2;

    /**
     * The constants of the update.
     *
     * @param momentum decay rate of the momentum, at least 0 and below 1
     * @param newtonSchulzSteps number n of Newton-Schulz iterations, 1 to 20
     * @param betas decay rates of AdamW's two moments, for the parameters that Muon does not orthogonalise
     * @param eps constant added to the root of AdamW's second moment
     * @param weightDecay decoupled weight decay, multiplied by the learning rate
     */
    @JsonTypeName("muon")
    public record Spec(
            @Default("0.95") double momentum,
            @Default("5") int newtonSchulzSteps,
            @Default("[0.9, 0.95]") List<Double> betas,
            @Default("1e-8") double eps,
            @Default("0.1") double weightDecay)
            implements OptimizerSpec {
        /** Checks every constant. */
        public Spec {
            Check.that(0 <= momentum && momentum < 1, "momentum (%s) must be at least 0 and below 1", momentum);
            Check.that(
                    1 <= newtonSchulzSteps && newtonSchulzSteps <= 20,
                    "newton_schulz_steps (%d) must be between 1 and 20",
                    newtonSchulzSteps);
            OptimizerSpec.checkAdam(betas, eps, weightDecay);
            betas = List.copyOf(betas);
        }

        /** Returns 1 for the momentum of a matrix, and 2 for AdamW's moments of other parameters. */
        @Override
        public int remembered(Role role) {
            return orthogonalises(role) ? 1 : 2;
        }

        @Override
        public Muon build(List<Parameter> parameters) {
            return new Muon(this, parameters);
        }
    }

    private record Momentum(Parameter parameter, Tensor value) {}

    private final Spec spec;
    private final List<Momentum> matrices;
    private final AdamW rest;

    /** Creates an optimiser whose momentum and moments are zero, float32, before its first step. */
    public Muon(Spec spec, List<Parameter> parameters) {
        this.spec = spec;
        try (Scope _ = Scope.open()) {
            this.matrices = parameters.stream()
                    .filter(Muon::orthogonalises)
                    .map(p -> new Momentum(
                            p, Tensors.zeros(DType.FLOAT32, p.value().shape()).retain()))
                    .toList();
        }
        this.rest = new AdamW.Spec(spec.betas, spec.eps, spec.weightDecay)
                .build(parameters.stream().filter(p -> !orthogonalises(p)).toList());
    }

    private static boolean orthogonalises(Parameter parameter) {
        return orthogonalises(parameter.role());
    }

    private static boolean orthogonalises(Role role) {
        return switch (role) {
            case MATRIX, EXPERTS -> true;
            case EMBEDDING, HEAD, ROUTER, GATE, NORM, BIAS, BUFFER -> false;
        };
    }

    @Override
    public void step(double learningRate, double gradientScale) {
        rest.step(learningRate, gradientScale);
        try (NoGrad _ = NoGrad.open()) {
            for (Momentum momentum : matrices) {
                try (Scope _ = Scope.open()) {
                    momentum.parameter
                            .value()
                            .grad()
                            .ifPresent(gradient -> update(momentum, gradient.mul(gradientScale), learningRate));
                }
            }
        }
    }

    private void update(Momentum momentum, Tensor gradient, double learningRate) {
        Tensor direction = gradient.add(
                momentum.value.mulInPlace(spec.momentum).addInPlace(gradient, 1).mul(spec.momentum));
        long[] shape = direction.shape();
        double larger = Math.max(shape[shape.length - 1], shape[shape.length - 2]);
        double scale = RMS_OF_ADAMW * Math.sqrt(larger);
        momentum.parameter
                .value()
                .mulInPlace(1 - learningRate * spec.weightDecay)
                .addInPlace(orthogonal(direction, spec.newtonSchulzSteps), -learningRate * scale);
    }

    /**
     * Returns the nearly orthogonal matrix that has the same singular vectors, in the shape of {@code direction}: (R, C) or (E,
     * R, C).
     */
    static Tensor orthogonal(Tensor direction, int steps) {
        long[] shape = direction.shape();
        int rows = shape.length - 2;
        boolean tall = shape[rows] > shape[rows + 1];
        Tensor x = tall ? direction.transpose(rows, rows + 1) : direction;
        x = x.div(norm(x).add(TINY));
        for (int i = 0; i < steps; i++) {
            Tensor a = x.matmul(x.transpose(rows, rows + 1));
            x = x.mul(A).add(a.mul(B).add(a.matmul(a).mul(C)).matmul(x));
        }
        return tall ? x.transpose(rows, rows + 1) : x;
    }

    /** Returns the Frobenius norm of each matrix, in a shape that broadcasts over the matrices. */
    private static Tensor norm(Tensor x) {
        long[] shape = x.shape();
        int rows = shape.length - 2;
        Tensor sum = x.square().sum(rows + 1).sum(rows).sqrt();
        return rows == 0 ? sum : sum.unsqueeze(1).unsqueeze(1);
    }

    @Override
    public long steps() {
        return rest.steps();
    }

    /** Returns {@code momentum.PARAMETER} for the matrices, and AdamW's moments for the other parameters. */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        matrices.forEach(m -> state.put("momentum." + m.parameter.name(), m.value));
        state.putAll(rest.state());
        return state;
    }

    @Override
    public void resume(long stepsDone) {
        rest.resume(stepsDone);
    }

    @Override
    public void close() {
        matrices.forEach(m -> m.value.close());
        rest.close();
    }
}
