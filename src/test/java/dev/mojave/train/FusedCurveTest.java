package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Progress;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.train.learn.Learner;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fused kernels and libtorch's operations train the same model to the same losses. */
class FusedCurveTest {
    private static final int STEPS = 200;
    private static final int ROWS = 4;

    private final EngineChoice before = Engine.current();

    @AfterEach
    void engineAsBefore() {
        Engine.pin(before);
    }

    @Test
    void aDenseModelLearnsTheSame() {
        same(Tiny.dense(0));
    }

    @Test
    void aMixtureLearnsTheSame() {
        same(Tiny.sparse());
    }

    /** The two paths round at different places, and 200 steps amplify this: the curves agree to a few per cent. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inMixedPrecisionTheyAgreeToItsRoundings(boolean sparse) {
        ModelSpec spec = sparse ? Tiny.sparse() : Tiny.dense(0);
        List<Double> fused = losses(spec, "fused", DType.BFLOAT16);
        List<Double> again = losses(spec, "fused", DType.BFLOAT16);
        List<Double> plain = losses(spec, "plain", DType.BFLOAT16);
        List<Double> full = losses(spec, "fused", DType.FLOAT32);
        assertThat(again).as("the same bits twice").isEqualTo(fused);
        assertThat(fused.getLast()).as("the model learns").isLessThan(0.9 * fused.getFirst());
        assertThat(fused).as("bfloat16 is used").isNotEqualTo(full);
        assertThat(fused.getLast()).isCloseTo(plain.getLast(), within(0.03));
        assertThat(fused.getLast()).isCloseTo(full.getLast(), within(0.03));
    }

    private static void same(ModelSpec spec) {
        List<Double> fused = losses(spec, "fused", DType.FLOAT32);
        List<Double> plain = losses(spec, "plain", DType.FLOAT32);
        assertThat(fused.getLast()).as("the model learns").isLessThan(0.9 * fused.getFirst());
        for (int step = 0; step < STEPS; step++) {
            assertThat(fused.get(step)).as("loss of step %d", step + 1).isCloseTo(plain.get(step), within(1e-4));
        }
    }

    private static List<Double> losses(ModelSpec spec, String kernels, DType compute) {
        EngineRequest any = EngineRequest.of(Engine.current());
        Engine.configure(
                new EngineRequest(any.device(), any.precision(), any.blas(), any.threads(), kernels), Progress.SILENT);
        List<Double> losses = new ArrayList<>();
        try (LanguageModel model = LanguageModel.build(spec, 1);
                Learner learner = Tiny.learner(model, new Context(true, compute), ROWS, 1e-3, 0.1, 1)) {
            for (int i = 0; i < STEPS; i++) {
                int[] ids = Tiny.ids(ROWS, i % 3);
                Rows rows = new Rows(Tiny.inputs(ids), Tiny.targets(ids), ROWS);
                losses.add(learner.step(rows, false).losses().crossEntropy());
            }
        }
        return losses;
    }
}
