package dev.mojave.moe.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.golden.GoldenFolder;
import dev.mojave.moe.Capacity;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Compares routers with golden files that PyTorch wrote, from formulas or from the routers of the transformers library. */
class GoldenRoutersTest {
    private static final double VALUES = 3e-6;
    private static final double SUMS = 1e-5;
    private static final double VARIATION = 1e-6;
    private static final double PLAN = 1e-7;
    private static final double WEIGHTS = 1e-6;
    private static final double COMBINED = 2e-6;

    private static void set(List<Parameter> parameters, Tensor... values) {
        try (NoGrad _ = NoGrad.open()) {
            for (int i = 0; i < values.length; i++) {
                parameters.get(i).value().copyInPlace(values[i]);
            }
        }
    }

    private static Tokens tokens(Tensor xTD) {
        return Tokens.of(Tensors.zeros(DType.INT64, 1, xTD.size(0)));
    }

    private static long[] experts(Routing routing) {
        return routing.choices().expertOfAssignment(Choices.NONE);
    }

    @Test
    void noisyTopK() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("noisy_topk")) {
            Tensor x = golden.get("x");
            Tensor gateDE = golden.get("w_gate");
            Init init = Init.of(Rng.seeded(1), 1);
            int experts = (int) gateDE.size(1);
            NoisyTopKRouter router = new NoisyTopKRouter.Spec()
                    .build(
                            new RouterSpec.Sizes(
                                    (int) x.size(1),
                                    experts,
                                    (int) golden.get("ids").size(1),
                                    true),
                            init);
            set(init.parameters(), gateDE.transpose(0, 1), golden.get("w_noise").transpose(0, 1));
            Routing routing = router.noisy(x, golden.get("eps"));
            golden.compare("clean", routing.noise().orElseThrow().cleanTE(), VALUES);
            golden.compare("deviation", routing.noise().orElseThrow().deviationTE(), VALUES);
            golden.compare("noisy", routing.logitsTE(), VALUES);
            assertThat(experts(routing)).isEqualTo(golden.get("ids").toLongs());
            golden.compare("gates", routing.gatesTE(), VALUES);
            golden.compare("in_top_k", BalanceLosses.inTopK(routing), VALUES);
            golden.compare("importance", BalanceLosses.importance(routing), SUMS);
            golden.compare("load", BalanceLosses.load(routing), SUMS);
            golden.compare("importance_cv2", BalanceLosses.variation(BalanceLosses.importance(routing)), VARIATION);
            golden.compare("load_cv2", BalanceLosses.variation(BalanceLosses.load(routing)), VARIATION);
            init.parameters().forEach(p -> p.value().close());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sinkhorn(int topK) {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("sinkhorn")) {
            Tensor logits = golden.get("logits");
            int experts = (int) logits.size(1);
            SinkhornRouter.Plan plan = SinkhornRouter.plan(logits.toFloats(), experts);
            assertThat(plan.rounds()).isEqualTo((int) golden.get("iterations").item());
            float[] values = new float[plan.valuesTE().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) plan.valuesTE()[i];
            }
            golden.compare("plan", Tensors.of(values, logits.shape()), PLAN);
            Routing routing =
                    SinkhornRouter.route(logits, new RouterSpec.Sizes(1, experts, topK, false), Context.TRAINING);
            assertThat(experts(routing)).isEqualTo(golden.get("ids." + topK).toLongs());
            golden.compare("weights." + topK, routing.weightsTK(), WEIGHTS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void expertChoice(int c) {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("expert_choice")) {
            Routing routing = ExpertChoiceRouter.route(golden.get("logits"), c);
            golden.compare("probs", routing.probabilitiesTE(), WEIGHTS);
            Tensor idsEC = golden.get("ids." + c);
            Tensor weightsEC = golden.get("weights." + c);
            Tensor outputsECD = golden.get("expert_outputs." + c);
            Tensor gatesTE = routing.gatesTE();
            Tensor combined = Tensors.zeros(DType.FLOAT32, routing.tokens(), outputsECD.size(2));
            float[] expected = new float[routing.tokens() * routing.experts()];
            for (int expert = 0; expert < routing.experts(); expert++) {
                long[] ids = idsEC.select(0, expert).toLongs();
                Tensor taken = Tensors.of(ids, ids.length);
                float[] weights = weightsEC.select(0, expert).toFloats();
                for (int i = 0; i < ids.length; i++) {
                    expected[(int) ids[i] * routing.experts() + expert] = weights[i];
                }
                Tensor weightC1 = gatesTE.indexSelect(0, taken).narrow(1, expert, 1);
                combined =
                        combined.indexAdd(0, taken, outputsECD.select(0, expert).mul(weightC1));
            }
            assertThat(gatesTE.toFloats())
                    .as("gates")
                    .containsExactly(expected, org.assertj.core.data.Offset.offset((float) WEIGHTS));
            golden.compare("combined." + c, combined, COMBINED);
            long[] counted = new long[routing.tokens()];
            for (int token = 0; token < counted.length; token++) {
                for (int choice = 0; choice < routing.topK(); choice++) {
                    counted[token] += routing.choices().kept(token, choice) ? 1 : 0;
                }
            }
            assertThat(counted).isEqualTo(golden.get("experts_per_token." + c).toLongs());
        }
    }

    @Test
    void deepSeek() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("deepseek_v3_router")) {
            Tensor x = golden.get("x");
            Tensor weightED = golden.get("weight");
            int topK = golden.config().path("top_k").intValue();
            int index = 0;
            for (JsonNode variant : golden.config().path("variants")) {
                Init init = Init.of(Rng.seeded(1), 1);
                double scaling = variant.path("routed_scaling_factor").doubleValue();
                LossFreeRouter router = new LossFreeRouter.Spec(LossFreeRouter.Scores.SIGMOID, 1e-3, scaling)
                        .build(
                                new RouterSpec.Sizes(
                                        (int) x.size(1),
                                        (int) weightED.size(0),
                                        topK,
                                        variant.path("norm_topk_prob").booleanValue()),
                                init);
                set(init.parameters(), weightED);
                set(init.buffers(), golden.get("bias"));
                Routing routing = router.route(x, tokens(x), Context.TRAINING);
                assertThat(sorted(experts(routing), topK))
                        .isEqualTo(golden.get("ids." + index).toLongs());
                Tensor weights = routing.gatesTE().gather(1, golden.get("ids." + index));
                golden.compare("weights." + index, weights, WEIGHTS * scaling);
                if (index == 0) {
                    long[] requested = routing.choices().requestedOfExpert();
                    assertThat(requested).isEqualTo(golden.get("counts").toLongs());
                    router.afterStep(requested);
                    golden.compare("bias_after", init.buffers().getFirst().value(), 1e-7);
                }
                init.parameters().forEach(p -> p.value().close());
                init.buffers().forEach(p -> p.value().close());
                index++;
            }
        }
    }

    private static long[] sorted(long[] experts, int topK) {
        for (int from = 0; from < experts.length; from += topK) {
            Arrays.sort(experts, from, from + topK);
        }
        return experts;
    }

    @Test
    void switchWithCapacity() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("switch_router")) {
            Tensor hidden = golden.get("hidden");
            int experts = golden.config().path("experts").intValue();
            int capacity = golden.config().path("capacity").intValue();
            RouterSpec.Sizes sizes = new RouterSpec.Sizes((int) hidden.size(2), experts, 1, false);
            Init init = Init.of(Rng.seeded(1), 1);
            TopKRouter router = new TopKRouter.Spec().build(sizes, init);
            set(init.parameters(), golden.get("weight"));
            double perSequence = 0;
            for (int row = 0; row < hidden.size(0); row++) {
                Tensor x = hidden.select(0, row);
                Routing routing = router.route(x, tokens(x), Context.TRAINING).limited(capacity);
                assertThat(experts(routing))
                        .isEqualTo(golden.get("index").select(0, row).toLongs());
                long[] kept = new long[routing.tokens()];
                for (int token = 0; token < kept.length; token++) {
                    kept[token] = routing.choices().kept(token, 0) ? 1 : 0;
                }
                assertThat(kept).isEqualTo(golden.get("kept").select(0, row).toLongs());
                perSequence += BalanceLosses.switchBalance(routing).item() / hidden.size(0);
            }
            assertThat(perSequence)
                    .isCloseTo(golden.get("aux_loss").item(), org.assertj.core.api.Assertions.within(COMBINED));
            Tensor flat = hidden.reshape(-1, hidden.size(2));
            Routing routing = router.route(flat, tokens(flat), Context.TRAINING);
            golden.compare(
                    "logits", routing.logitsTE().view(golden.get("logits").shape()), COMBINED);
            golden.compare(
                    "top_prob", routing.weightsTK().view(golden.get("top_prob").shape()), COMBINED);
            golden.compare("flat_aux_loss", BalanceLosses.switchBalance(routing), COMBINED);
            golden.compare("z_loss", BalanceLosses.routerZ(routing), 5e-6);
            init.parameters().forEach(p -> p.value().close());
        }
    }

    /** The layer adds nothing to a token that capacity drops; the residual connection passes it on. */
    @Test
    void aDroppedTokenPassesThroughTheResidualOnly() {
        try (Scope _ = Scope.open()) {
            MoeLayer.DispatchSpec dispatchSpec =
                    new MoeLayer.DispatchSpec(Dispatch.Kind.CAPACITY, java.util.Optional.of(new Capacity(0.5, 100)), 0);
            MoeLayer.Spec spec = new MoeLayer.Spec(
                    new TopKRouter.Spec(),
                    new RouterSpec.Sizes(5, 2, 1, false),
                    new Experts.Spec(2, new FeedForward.Spec(5, 7, FeedForward.Activation.GELU, true)),
                    dispatchSpec,
                    java.util.Optional.empty());
            Init init = Init.of(Rng.seeded(3), 0.5);
            MoeLayer layer = spec.build(init, 1);
            Tensor x = Tensors.normal(Rng.seeded(4), 0, 1, 1, 8, 5);
            Tokens tokens = Tokens.of(Tensors.zeros(DType.INT64, 1, 8));
            MoeLayer.Output all = layer.forward(x, tokens, Context.EVALUATION);
            MoeLayer.Output some = layer.forward(x, tokens, Context.TRAINING);
            int[] seen = new int[2];
            for (int token = 0; token < 8; token++) {
                boolean kept = seen[some.routing().choices().expert(token, 0)]++ < 2;
                assertThat(some.routing().choices().kept(token, 0))
                        .as("token %d", token)
                        .isEqualTo(kept);
                float[] y = some.yBSD().select(1, token).toFloats();
                if (kept) {
                    assertThat(y)
                            .containsExactly(
                                    all.yBSD().select(1, token).toFloats(), org.assertj.core.data.Offset.offset(1e-6f));
                } else {
                    assertThat(y).containsOnly(0);
                }
            }
            assertThat(all.routing().choices().complete()).isTrue();
            assertThat(some.routing().choices().complete()).isFalse();
            init.parameters().forEach(p -> p.value().close());
        }
    }
}
