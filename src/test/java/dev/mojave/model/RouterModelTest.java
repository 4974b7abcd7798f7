package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.moe.router.RouterSpec;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests every router within a whole model. */
class RouterModelTest {
    private static final double SAME = 1e-5;
    private static final double DIFFERENT = 1e-3;

    /** Returns every kind of router with each of its options. */
    static Stream<String> routers() {
        return Stream.of(
                "top_k",
                "noisy_top_k",
                "sinkhorn",
                "expert_choice",
                "loss_free",
                "{kind: loss_free, scores: softmax}",
                "{kind: task_aware, categories: [noun, verb]}",
                "hash",
                "uniform",
                "soft");
    }

    @Test
    void everyKindIsAmongThem() {
        assertThat(routers()
                        .<Class<?>>map(text -> router(spec(text, "")).getClass())
                        .distinct())
                .containsExactlyInAnyOrder(RouterSpec.class.getPermittedSubclasses());
    }

    private static ModelSpec spec(String router, String more) {
        int topK = router.equals("soft") ? 4 : 2;
        return Tiny.spec(
                "llama", "moe: {num_experts: 4, num_experts_per_tok: " + topK + ", router: " + router + more + "}");
    }

    private static RouterSpec router(ModelSpec spec) {
        return spec.mixture().orElseThrow().choice().router();
    }

    private static Output forward(LanguageModel model, Tensor ids, Context context) {
        Rng.dropout().reseed(7);
        Tensor categories = Tensors.of(new long[] {1, 2, 0, 1, 1, 2, 2, 1, 0, 1, 2, 1}, 12)
                .unsqueeze(0)
                .expand(ids.size(0), 12)
                .contiguous();
        return model.forward(Inputs.of(ids, Tiny.ids(9, 2, 12)).withCategories(categories), context);
    }

    /**
     * Returns the largest change of the logits before position 6 of the last row, and in all earlier rows, when the later tokens
     * change.
     */
    private static double leak(ModelSpec spec, Context context) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = Tiny.randomised(spec, 3)) {
            Tensor ids = Tiny.ids(1, 2, 12);
            Tensor changed = Tensors.cat(
                    List.of(
                            ids.narrow(0, 0, 1),
                            Tensors.cat(List.of(ids.narrow(0, 1, 1).narrow(1, 0, 6), Tiny.ids(5, 1, 6)), 1)),
                    0);
            Tensor one = forward(model, ids, context).logitsBSV();
            Tensor other = forward(model, changed, context).logitsBSV();
            assertThat(Tiny.distance(
                            one.select(0, 1).narrow(0, 6, 6), other.select(0, 1).narrow(0, 6, 6)))
                    .as("the change has an effect at its own position")
                    .isGreaterThan(DIFFERENT);
            return Math.max(
                    Tiny.distance(one.select(0, 0), other.select(0, 0)),
                    Tiny.distance(
                            one.select(0, 1).narrow(0, 0, 6), other.select(0, 1).narrow(0, 0, 6)));
        }
    }

    @ParameterizedTest
    @MethodSource("routers")
    void laterTokensChangeNothingUnlessTheRouterIsNotCausal(String router) {
        ModelSpec spec = spec(router, "");
        double evaluation = leak(spec, Context.EVALUATION);
        double training = leak(spec, Context.TRAINING);
        switch (router(spec).causality()) {
            case CAUSAL -> {
                assertThat(evaluation).isLessThan(SAME);
                assertThat(training).isLessThan(SAME);
                assertThat(spec.caveats()).isEmpty();
            }
            case CAUSAL_IN_EVALUATION -> {
                assertThat(evaluation).isLessThan(SAME);
                assertThat(training).as("the plan depends on the whole batch").isGreaterThan(DIFFERENT);
                assertThat(spec.caveats()).singleElement().asString().contains("causal in evaluation only");
            }
            case NOT_CAUSAL -> {
                assertThat(evaluation)
                        .as("expert choice depends on later tokens")
                        .isGreaterThan(DIFFERENT);
                assertThat(spec.caveats()).singleElement().asString().contains("is not causal");
            }
        }
    }

    /** Parallel blocks and the projections around them, with every router that supports them. */
    @ParameterizedTest
    @MethodSource("routers")
    void laterTokensChangeNothingInParallelLayers(String router) {
        RouterSpec.Causality causality = router(spec(router, "")).causality();
        String with = "{num_experts: 4, num_experts_per_tok: " + (router.equals("soft") ? 4 : 2) + ", router: " + router
                + ", losses: {entropy_balance: 0}}";
        String section = "{blocks: " + with + ", projections: " + with + "}";
        if (causality != RouterSpec.Causality.CAUSAL || router.contains("task_aware")) {
            assertThatThrownBy(() -> Tiny.parallel(section))
                    .hasMessageContaining("cannot choose parallel blocks or projections");
            return;
        }
        ModelSpec spec = Tiny.parallel(section);
        assertThat(leak(spec, Context.EVALUATION)).isLessThan(SAME);
        assertThat(leak(spec, Context.TRAINING)).isLessThan(SAME);
    }

    @ParameterizedTest
    @MethodSource("routers")
    void capacityDropsNoTokenBecauseOfALaterOne(String router) {
        RouterSpec plain = router(spec(router, ""));
        if (plain.againstCapacity().isEmpty() && plain.causality() == RouterSpec.Causality.CAUSAL) {
            ModelSpec tight = spec(router, ", capacity_factor: {train: 0.6, eval: 0.6}");
            assertThat(leak(tight, Context.EVALUATION)).isLessThan(SAME);
            assertThat(leak(tight, Context.TRAINING)).isLessThan(SAME);
        }
    }

    /** Returns the loss, then the gradients of every parameter. */
    private static List<float[]> lossAndGradients(ModelSpec spec) {
        List<float[]> values = new ArrayList<>();
        try (Scope _ = Scope.open();
                LanguageModel model = Tiny.randomised(spec, 3)) {
            Tensor loss = forward(model, Tiny.ids(1, 2, 12), Context.TRAINING)
                    .crossEntropy()
                    .orElseThrow();
            loss.backward();
            values.add(loss.toFloats());
            for (Parameter parameter : model.parameters()) {
                values.add(parameter.value().grad().map(Tensor::toFloats).orElse(new float[0]));
            }
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("routers")
    void droplessEqualsAmpleCapacityEqualsEveryExpertOnEveryToken(String router) {
        List<float[]> dropless = lossAndGradients(spec(router, ""));
        assertSame(lossAndGradients(spec(router, ", dispatch: naive")), dropless);
        if (router(spec(router, "")).againstCapacity().isEmpty()) {
            assertSame(lossAndGradients(spec(router, ", capacity_factor: {train: 100}")), dropless);
            assertThat(lossAndGradients(spec(router, ", capacity_factor: {train: 0.3}"))
                            .getFirst()[0])
                    .as("a small capacity changes the result")
                    .isNotCloseTo(dropless.getFirst()[0], org.assertj.core.data.Offset.offset(1e-4f));
        }
    }

    private static void assertSame(List<float[]> actual, List<float[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i), org.assertj.core.data.Offset.offset(2e-6f));
        }
    }

    @ParameterizedTest
    @MethodSource("routers")
    void theLanguageModelsGradientReachesEveryRouterThatLearns(String router) {
        ModelSpec spec = spec(router, "");
        try (Scope _ = Scope.open();
                LanguageModel model = Tiny.randomised(spec, 3)) {
            forward(model, Tiny.ids(1, 2, 12), Context.TRAINING)
                    .crossEntropy()
                    .orElseThrow()
                    .backward();
            List<Parameter> ofRouters = model.parameters().stream()
                    .filter(p -> p.name().contains(".router."))
                    .toList();
            assertThat(ofRouters.isEmpty()).isEqualTo(!router(spec).learns());
            for (Parameter parameter : ofRouters) {
                assertThat(parameter.value().grad().orElseThrow().abs().max().item())
                        .as(parameter.name())
                        .isGreaterThan(1e-5);
            }
            assertThat(model.parameterCount()).isEqualTo(spec.counts().total());
        }
    }

    @ParameterizedTest
    @MethodSource("routers")
    void permutingExpertsChangesNothing(String router) {
        ModelSpec spec = spec(router, "");
        if (!router(spec).learns()) {
            return; // Fixed routing depends on the indices of the experts.
        }
        Context context = router.equals("noisy_top_k") ? Context.EVALUATION : Context.TRAINING;
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = Tiny.randomised(spec, 3)) {
            Output before = forward(model, Tiny.ids(1, 2, 12), context);
            Tensor order = Tensors.of(new long[] {2, 0, 3, 1}, 4);
            for (Parameter parameter : model.parameters()) {
                boolean byExpert =
                        parameter.name().contains(".moe.") && !parameter.name().contains(".categories.");
                if (byExpert) {
                    parameter
                            .value()
                            .copyInPlace(parameter.value().indexSelect(0, order).copy());
                }
            }
            Output after = forward(model, Tiny.ids(1, 2, 12), context);
            assertThat(Tiny.distance(before.logitsBSV(), after.logitsBSV())).isLessThan(SAME);
            long[] counts = before.routing().getFirst().choices().countOfExpert();
            assertThat(after.routing().getFirst().choices().countOfExpert())
                    .containsExactly(counts[2], counts[0], counts[3], counts[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("routers")
    void paddingIsNeitherRoutedNorCounted(String router) {
        ModelSpec spec = spec(router, "");
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = Tiny.randomised(spec, 3)) {
            Tensor ids = Tiny.ids(1, 2, 12);
            Tensor real = Tensors.of(new long[] {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0}, 1, 12)
                    .expand(2, 12)
                    .contiguous()
                    .to(DType.BOOL);
            Output padded = model.forward(Inputs.of(ids).withPadding(real), Context.EVALUATION);
            Output shorter = model.forward(Inputs.of(ids.narrow(1, 0, 7).contiguous()), Context.EVALUATION);
            assertThat(padded.routing().getFirst().tokens()).isEqualTo(14);
            assertThat(Tiny.distance(padded.logitsBSV().narrow(1, 0, 7), shorter.logitsBSV()))
                    .isLessThan(SAME);
        }
    }

    @Test
    void jitterAndExpertDropoutActOnlyInTraining() {
        for (String option : List.of(", input_jitter: 0.1", ", expert_dropout: 0.3")) {
            try (Scope _ = Scope.open();
                    NoGrad _ = NoGrad.open();
                    LanguageModel plain = Tiny.randomised(spec("top_k", ""), 3);
                    LanguageModel model = Tiny.randomised(spec("top_k", option), 3)) {
                Tensor ids = Tiny.ids(1, 2, 12);
                Tensor expected = forward(plain, ids, Context.EVALUATION).logitsBSV();
                assertThat(Tiny.distance(forward(model, ids, Context.EVALUATION).logitsBSV(), expected))
                        .isZero();
                Tensor disturbed = forward(model, ids, Context.TRAINING).logitsBSV();
                assertThat(Tiny.distance(disturbed, expected)).as(option).isGreaterThan(DIFFERENT);
                assertThat(Tiny.distance(
                                disturbed, forward(model, ids, Context.TRAINING).logitsBSV()))
                        .as("the same stream, the same noise")
                        .isZero();
            }
        }
    }

    @Test
    void routersAdaptInTrainingOnly() {
        try (Scope _ = Scope.open();
                LanguageModel model = Tiny.randomised(spec("loss_free", ""), 3)) {
            List<long[]> requested = List.of(new long[] {9, 1, 1, 1}, new long[] {3, 3, 3, 3});
            assertThatThrownBy(() -> model.afterStep(requested, Context.EVALUATION))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("adapt only in training");
            assertThatThrownBy(() -> model.afterStep(requested.subList(0, 1), Context.TRAINING))
                    .hasMessage("1 requested loads for 2 mixture layers; there must be one per layer");
            model.afterStep(requested, Context.TRAINING);
            List<Parameter> biases = model.tensors().stream()
                    .filter(p -> p.name().endsWith("e_score_correction_bias"))
                    .toList();
            assertThat(biases).hasSize(2);
            assertThat(biases.get(0).value().toFloats()).containsExactly(-1e-3f, 1e-3f, 1e-3f, 1e-3f);
            assertThat(biases.get(1).value().toFloats()).containsOnly(0);
            assertThat(model.parameters()).doesNotContainAnyElementsOf(biases);
        }
    }
}
