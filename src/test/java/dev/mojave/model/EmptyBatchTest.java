package dev.mojave.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.nn.Context;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs batches without rows, with rows without tokens, and with padding alone, forward and backward through whole models. */
class EmptyBatchTest {
    static Stream<ModelSpec> models() {
        List<ModelSpec> all = new ArrayList<>(Tiny.grid().subList(0, 2));
        all.addAll(Tiny.parallel());
        RouterModelTest.routers()
                .forEach(router -> all.add(Tiny.spec(
                        "llama",
                        "moe: {num_experts: 4, num_experts_per_tok: " + (router.equals("soft") ? 4 : 2) + ", router: "
                                + router + "}")));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void anEmptyBatchHasOutputsOfItsShapeAndFiniteGradients(ModelSpec spec) {
        try (LanguageModel model = LanguageModel.build(spec, 1);
                Scope _ = Scope.open()) {
            for (Context context : List.of(Context.TRAINING, Context.EVALUATION)) {
                passes(model, context, Inputs.of(Tensors.zeros(DType.INT64, 0, 5)));
                passes(model, context, Inputs.of(Tensors.zeros(DType.INT64, 2, 0)));
                passes(
                        model,
                        context,
                        Inputs.of(Tensors.zeros(DType.INT64, 2, 5)).withLengths(new int[2]));
            }
        }
    }

    private static void passes(LanguageModel model, Context context, Inputs inputs) {
        long[] shape = inputs.idsBS().shape();
        try (Scope _ = Scope.open()) {
            Output output = model.forward(inputs, context);
            assertThat(output.logitsBSV().shape()).containsExactly(shape[0], shape[1], Tiny.VOCABULARY);
            output.routing().forEach(routing -> assertThat(routing.tokens()).isZero());
            output.logitsBSV().sum().backward();
            model.parameters().forEach(p -> {
                Tensor sum = p.value().grad().map(g -> g.abs().sum()).orElseGet(() -> Tensors.scalar(0));
                assertThat(Double.isFinite(sum.item())).as(p.name()).isTrue();
            });
        }
        model.parameters().forEach(p -> p.value().clearGrad());
    }
}
