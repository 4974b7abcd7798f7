package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecomputeStepTest {
    static List<ModelSpec> models() {
        return List.of(Tiny.dense(0), Tiny.dense(0.2), Tiny.sparse());
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreTheSameBits(ModelSpec spec) {
        assertThat(gradients(spec, true)).isDeepEqualTo(gradients(spec, false));
    }

    private static float[][] gradients(ModelSpec spec, boolean recompute) {
        int[] ids = Tiny.ids(4, 3);
        try (LanguageModel model = LanguageModel.build(spec, 1)) {
            Rows rows = new Rows(Tiny.inputs(ids), Tiny.targets(ids), 4);
            Tiny.gradient(model, new Context(true, DType.FLOAT32, recompute), 2, rows, false);
            List<float[]> all = new ArrayList<>();
            model.parameters()
                    .forEach(p -> all.add(p.value().grad().orElseThrow().toFloats()));
            return all.toArray(new float[0][]);
        }
    }
}
