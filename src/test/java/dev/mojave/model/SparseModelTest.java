package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparseModelTest {
    private static Tensor loss(LanguageModel model) {
        return model.forward(Inputs.of(Tiny.ids(1, 2, 9), Tiny.ids(2, 2, 9)), Context.TRAINING)
                .crossEntropy()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"gpt2, true", "gpt2, false", "llama, true", "llama, false"})
    void oneExpertEqualsDenseInValuesAndGradients(String preset, boolean renormalized) {
        ModelSpec sparseSpec = Tiny.spec(
                preset, "moe: {num_experts: 1, num_experts_per_tok: 1, norm_topk_prob: " + renormalized + "}");
        try (Scope _ = Scope.open();
                LanguageModel dense = Tiny.randomised(sparseSpec.dense(), 1);
                LanguageModel sparse = LanguageModel.build(sparseSpec, 2)) {
            Map<String, Parameter> denseByName =
                    dense.parameters().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
            try (NoGrad _ = NoGrad.open()) {
                sparse.parameters().stream()
                        .filter(p -> !p.name().contains("router"))
                        .forEach(p -> p.value()
                                .copyInPlace(denseMatch(denseByName, p)
                                        .value()
                                        .view(p.value().shape())));
            }
            Tensor denseLoss = loss(dense);
            Tensor sparseLoss = loss(sparse);
            assertThat(Tiny.distance(denseLoss, sparseLoss)).isLessThan(1e-6);
            denseLoss.backward();
            sparseLoss.backward();
            for (Parameter parameter : sparse.parameters()) {
                Tensor gradient = parameter.value().grad().orElseThrow();
                if (parameter.name().contains("router")) {
                    assertThat(gradient.abs().max().item())
                            .as("the router of a single expert has no gradient")
                            .isLessThan(1e-7);
                } else {
                    Tensor expected =
                            denseMatch(denseByName, parameter).value().grad().orElseThrow();
                    assertThat(Tiny.distance(gradient, expected.view(gradient.shape())))
                            .as(parameter.name())
                            .isLessThan(1e-6);
                }
            }
        }
    }

    private static Parameter denseMatch(Map<String, Parameter> dense, Parameter sparse) {
        return Objects.requireNonNull(dense.get(sparse.name().replace("moe.experts", "feed_forward")));
    }

    @Test
    void everyRouterLearnsWheneverThereIsAChoice() {
        for (int experts = 2; experts <= 4; experts++) {
            for (int topK = 1; topK <= experts; topK++) {
                for (boolean renormalized : topK == 1 ? new boolean[] {false} : new boolean[] {false, true}) {
                    String moe = String.format(
                            Locale.ROOT,
                            "moe: {num_experts: %d, num_experts_per_tok: %d, norm_topk_prob: %s}",
                            experts,
                            topK,
                            renormalized);
                    try (Scope _ = Scope.open();
                            LanguageModel model = Tiny.randomised(Tiny.spec("llama", moe), 3)) {
                        loss(model).backward();
                        model.parameters().stream()
                                .filter(p -> p.name().endsWith("router.weight"))
                                .forEach(p -> assertThat(p.value()
                                                .grad()
                                                .orElseThrow()
                                                .abs()
                                                .max()
                                                .item())
                                        .as("%s, %s", p.name(), moe)
                                        .isGreaterThan(1e-4));
                    }
                }
            }
        }
    }

    @Test
    void everyNthLayerIsSparse() {
        ModelSpec spec = Tiny.spec(
                "llama",
                "num_hidden_layers: 5",
                "moe: {num_experts: 2, num_experts_per_tok: 2, decoder_sparse_step: 2}");
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 3)) {
            assertThat(model.parameters().stream().map(Parameter::name).filter(name -> name.endsWith("router.weight")))
                    .containsExactly("layers.1.moe.router.weight", "layers.3.moe.router.weight");
            assertThat(model.forward(Inputs.of(Tiny.ids(1, 1, 4)), Context.EVALUATION)
                            .routing())
                    .hasSize(2);
        }
    }
}
