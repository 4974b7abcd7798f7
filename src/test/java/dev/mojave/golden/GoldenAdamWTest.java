package dev.mojave.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.optim.AdamW;
import dev.mojave.optim.Gradients;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Some steps of training beside torch.optim.AdamW: loss, norm of the gradients and final weights; clipping and decay included. */
class GoldenAdamWTest {
    private static final double TOLERANCE = 1e-5;

    @Test
    void trainsAsTorchTrains() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("adamw");
                ModelFolder folder = ModelFolder.open(Path.of("src/test/resources/golden/gpt2"));
                LanguageModel model = folder.load();
                AdamW optimizer = new AdamW(new AdamW.Spec(List.of(0.9, 0.95), 1e-8, 0.1), model.parameters())) {
            Tensor batches = golden.get("batches");
            float[] rates = golden.get("lr").toFloats();
            float[] losses = golden.get("loss").toFloats();
            float[] norms = golden.get("grad_norm").toFloats();
            for (int step = 0; step < rates.length; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor loss = model.forward(inputs(batches.select(0, step)), Context.TRAINING)
                            .crossEntropy()
                            .orElseThrow();
                    assertThat(loss.item()).as("loss of step %d", step).isCloseTo(losses[step], within(TOLERANCE));
                    loss.backward();
                    double norm = Gradients.norm(model.parameters());
                    assertThat(norm / norms[step]).as("norm of step %d", step).isCloseTo(1, within(TOLERANCE));
                    optimizer.step(rates[step], Gradients.clipScale(norm, 1));
                    Gradients.clear(model.parameters());
                }
            }
            check(golden, model);
        }
    }

    private static Inputs inputs(Tensor idsBT) {
        long tokens = idsBT.size(1);
        Tensor none = Tensors.full(DType.INT64, -100, idsBT.size(0), 1);
        return Inputs.of(idsBT, Tensors.cat(List.of(idsBT.narrow(1, 1, tokens - 1), none), 1));
    }

    private static void check(GoldenFolder golden, LanguageModel model) {
        int width = model.spec().hiddenSize();
        Map<String, Tensor> stored = WeightNames.toStored(model.spec(), model.parameters());
        stored.forEach((name, value) -> {
            if (!name.endsWith("c_attn.bias")) {
                golden.compare("final." + name, value, TOLERANCE);
                return;
            }
            float[] actual = value.toFloats();
            float[] expected = golden.get("final." + name).toFloats();
            for (int i = 0; i < actual.length; i++) {
                // A key's bias changes nothing: its gradient is rounding, which Adam divides by its own size.
                if (i / width != 1) {
                    assertThat((double) actual[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(TOLERANCE));
                }
            }
        });
    }
}
