package dev.mojave.moe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares a whole mixture layer with an oracle that applies every expert to every token. */
class DispatchTest {
    private static final double TOLERANCE = 2e-6;

    @Test
    void droplessEqualsAllExpertsInValuesAndGradients() {
        int idle = 0;
        for (int seed = 1; seed <= 24; seed++) {
            Random random = new Random(seed);
            int experts = 1 + random.nextInt(6);
            int topK = 1 + seed % experts;
            boolean renormalize = (topK > 1 || experts == 1) && random.nextBoolean();
            Activation activation = random.nextBoolean() ? Activation.GELU : Activation.SWIGLU;
            int width = 1 + random.nextInt(9);
            FeedForward.Spec each =
                    new FeedForward.Spec(width, 1 + random.nextInt(11), activation, random.nextBoolean());
            MoeLayer.Spec spec = new MoeLayer.Spec(
                    new TopKRouter.Spec(),
                    new RouterSpec.Sizes(width, experts, topK, renormalize),
                    new Experts.Spec(experts, each));
            idle += check(spec, renormalize, new long[] {1 + random.nextInt(3), 1 + random.nextInt(13), width}, seed);
        }
        assertThat(idle).as("cases with experts that receive no tokens").isPositive();
    }

    /** Checks one case and returns the number of experts that received no token. */
    private static int check(MoeLayer.Spec spec, boolean renormalize, long[] shape, int seed) {
        Init init = Init.of(Rng.seeded(seed), 0.5);
        MoeLayer layer = spec.build(init, 1);
        Map<String, Tensor> values = new LinkedHashMap<>();
        init.parameters().forEach(p -> values.put(p.name(), p.value()));
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(Rng.seeded(seed + 100), 0, 1, shape).requireGrad(true);
            Tensor weight = Tensors.normal(Rng.seeded(seed + 200), 0, 1, shape);
            MoeLayer.Output output =
                    layer.forward(x, Tokens.of(Tensors.zeros(DType.INT64, shape[0], shape[1])), Context.TRAINING);
            output.yBSD().mul(weight).sum().backward();
            List<float[]> gradients = gradients(x, init.parameters());

            Tensor expected = oracle(x.reshape(-1, shape[2]), spec, renormalize, values, output.routing())
                    .view(shape);
            expected.mul(weight).sum().backward();
            List<float[]> expectedGradients = gradients(x, init.parameters());

            String label = "seed " + seed + ", " + spec;
            assertClose(label, output.yBSD().toFloats(), expected.toFloats());
            for (int i = 0; i < gradients.size(); i++) {
                String what = i == 0 ? "x" : init.parameters().get(i - 1).name();
                assertClose("gradient of " + what + ", " + label, gradients.get(i), expectedGradients.get(i));
            }
            int idle = 0;
            for (long count : output.routing().choices().countOfExpert()) {
                idle += count == 0 ? 1 : 0;
            }
            return idle;
        } finally {
            values.values().forEach(Tensor::close);
        }
    }

    /** Returns {@code sum over all experts e of w_te expert_e(x_t)}, where w_te is 0 if e was not chosen. */
    private static Tensor oracle(
            Tensor xTD, MoeLayer.Spec spec, boolean renormalize, Map<String, Tensor> values, Routing routing) {
        int experts = spec.experts().experts();
        float[] chosen = new float[routing.tokens() * experts];
        for (int token = 0; token < routing.tokens(); token++) {
            for (int choice = 0; choice < routing.topK(); choice++) {
                chosen[token * experts + routing.choices().expert(token, choice)] = 1;
            }
        }
        Tensor logits = xTD.matmul(value(values, "router.weight").transpose(0, 1));
        Tensor weightsTE = Functions.softmax(logits, 1).mul(Tensors.of(chosen, routing.tokens(), experts));
        if (renormalize) {
            weightsTE = weightsTE.div(weightsTE.sum(1).unsqueeze(1));
        }
        Tensor sum = xTD.mul(0);
        for (int e = 0; e < experts; e++) {
            Tensor hidden = affine(xTD, values, "experts.input", e);
            Tensor result = affine(
                    ((Experts.Spec) spec.experts()).each().activation().apply(hidden), values, "experts.output", e);
            sum = sum.add(result.mul(weightsTE.narrow(1, e, 1)));
        }
        return sum;
    }

    private static Tensor value(Map<String, Tensor> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static Tensor affine(Tensor x, Map<String, Tensor> values, String name, int expert) {
        Tensor product =
                x.matmul(value(values, name + ".weight").select(0, expert).transpose(0, 1));
        return values.containsKey(name + ".bias")
                ? product.add(value(values, name + ".bias").select(0, expert))
                : product;
    }

    private static List<float[]> gradients(Tensor x, List<Parameter> parameters) {
        List<Tensor> leaves = new java.util.ArrayList<>(List.of(x));
        parameters.forEach(p -> leaves.add(p.value()));
        List<float[]> gradients = leaves.stream()
                .map(leaf -> leaf.grad().map(Tensor::toFloats).orElse(new float[(int) leaf.elements()]))
                .toList();
        leaves.forEach(Tensor::clearGrad);
        return gradients;
    }

    private static void assertClose(String label, float[] actual, float[] expected) {
        assertThat(actual).as(label).hasSameSizeAs(expected);
        double scale = 1;
        double distance = 0;
        for (int i = 0; i < actual.length; i++) {
            scale = Math.max(scale, Math.abs(expected[i]));
            distance = Math.max(distance, Math.abs(actual[i] - expected[i]));
        }
        assertThat(distance).as(label).isLessThanOrEqualTo(TOLERANCE * scale);
    }

    /** Compares the contribution of a shared expert with its formula, in values and gradients. */
    @Test
    void theSharedExpertIsAddedForEveryToken() {
        for (boolean gated : new boolean[] {false, true}) {
            FeedForward.Spec each = new FeedForward.Spec(5, 7, Activation.SWIGLU, false);
            MoeLayer.Spec spec = new MoeLayer.Spec(
                    new TopKRouter.Spec(),
                    new RouterSpec.Sizes(5, 4, 2, false),
                    new Experts.Spec(4, each),
                    MoeLayer.DispatchSpec.DROPLESS,
                    Optional.of(new SharedExpert.Spec(new FeedForward.Spec(5, 3, Activation.SWIGLU, false), gated)));
            Init init = Init.of(Rng.seeded(4), 0.5);
            MoeLayer layer = spec.build(init, 1);
            Map<String, Tensor> values = new LinkedHashMap<>();
            init.parameters().forEach(p -> values.put(p.name(), p.value()));
            try (Scope _ = Scope.open()) {
                Tensor x = Tensors.normal(Rng.seeded(5), 0, 1, 2, 3, 5).requireGrad(true);
                MoeLayer.Output output =
                        layer.forward(x, Tokens.of(Tensors.zeros(DType.INT64, 2, 3)), Context.TRAINING);
                output.yBSD().square().sum().backward();
                List<float[]> gradients = gradients(x, init.parameters());
                Tensor xTD = x.reshape(-1, 5);
                Tensor hidden = Activation.SWIGLU.apply(
                        xTD.matmul(value(values, "shared.input.weight").transpose(0, 1)));
                Tensor shared =
                        hidden.matmul(value(values, "shared.output.weight").transpose(0, 1));
                Tensor gate = gated
                        ? xTD.matmul(value(values, "shared.gate.weight").transpose(0, 1))
                                .sigmoid()
                        : Tensors.scalar(1);
                Tensor expected = oracle(xTD, spec, false, values, output.routing())
                        .add(shared.mul(gate))
                        .view(2, 3, 5);
                expected.square().sum().backward();
                List<float[]> expectedGradients = gradients(x, init.parameters());
                assertClose("output", output.yBSD().toFloats(), expected.toFloats());
                for (int i = 0; i < gradients.size(); i++) {
                    assertClose("gradient " + i + ", gated " + gated, gradients.get(i), expectedGradients.get(i));
                }
                assertThat(spec.parameterCount())
                        .isEqualTo(values.values().stream()
                                .mapToLong(Tensor::elements)
                                .sum());
            } finally {
                values.values().forEach(Tensor::close);
            }
        }
    }

    @Test
    void referenceOfOtherDevicesPermutesTheSameRowsAndGradients() {
        // Three tokens, two choices each; a capacity of one drops four of the six assignments.
        Choices all = new Choices(new long[] {2, 0, 0, 2, 2, 0}, 3, 4, 2);
        for (Choices choices : List.of(all, all.limited(1))) {
            try (Scope _ = Scope.open()) {
                boolean complete = choices.complete();
                Tensor rowOfAssignment = Tensors.of(choices.rowOfAssignment(), 6);
                Tensor assignmentAtRow = Tensors.of(choices.assignmentAtRow(), choices.assignmentAtRow().length);
                Tensor weight = Tensors.normal(Rng.seeded(2), 0, 1, 6, 5);
                Tensor x = Tensors.normal(Rng.seeded(1), 0, 1, 3, 5).requireGrad(true);
                Tensor same = x.detach().requireGrad(true);
                Tensor fast = Dispatch.collect(
                        Dispatch.spread(x, choices, rowOfAssignment, complete).square(),
                        rowOfAssignment,
                        assignmentAtRow,
                        complete);
                Tensor reference = Dispatch.collectReference(
                        Dispatch.spreadReference(same, choices).square(), rowOfAssignment, complete);
                fast.mul(weight).sum().backward();
                reference.mul(weight).sum().backward();
                assertThat(reference.toFloats()).isEqualTo(fast.toFloats());
                assertClose(
                        "gradient",
                        x.grad().orElseThrow().toFloats(),
                        same.grad().orElseThrow().toFloats());
            }
        }
    }
}
