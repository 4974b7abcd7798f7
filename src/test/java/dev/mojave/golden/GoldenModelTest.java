package dev.mojave.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.interop.HfConfig;
import dev.mojave.interop.SafetensorsFile;
import dev.mojave.interop.StoredTensors;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.Output;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our models beside transformers': outputs, losses and the gradient of every stored tensor, from files that it wrote. */
class GoldenModelTest {
    // 5 to 10 times what float32 sums in another order change, and a tenth or less of what a wrong epsilon or GELU
    // would change.
    private static final double LOGITS = 3e-5;
    private static final double ROUTER_LOGITS = 1e-5;
    private static final double LOSS = 5e-6;
    private static final double GRADIENT = 5e-6;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "llama_tied", "mixtral", "olmoe", "qwen2_moe", "qwen3_moe"})
    void computesWhatTransformersComputes(String name) {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder(name);
                LanguageModel model = load(golden)) {
            checkBatch(golden, model, "", Inputs.of(golden.get("ids"), shifted(golden.get("ids"))))
                    .backward();
            checkGradients(golden, model);
            Inputs padded = Inputs.of(golden.get("padded_ids"), shifted(golden.get("padded_labels")))
                    .withPadding(golden.get("padded_mask").to(DType.BOOL));
            checkBatch(golden, model, "padded_", padded);
        }
    }

    private static LanguageModel load(GoldenFolder golden) {
        ModelSpec spec = HfConfig.read(golden.config(), "config.json");
        LanguageModel model = LanguageModel.build(spec, 0);
        try (SafetensorsFile weights = golden.weights()) {
            WeightNames.fromStored(spec, StoredTensors.of(weights), model.parameters());
        }
        return model;
    }

    /** Token t is to predict token t + 1; the last predicts nothing. */
    private static Tensor shifted(Tensor labelsBS) {
        long rows = labelsBS.size(0);
        return Tensors.cat(
                List.of(labelsBS.narrow(1, 1, labelsBS.size(1) - 1), Tensors.full(DType.INT64, -100, rows, 1)), 1);
    }

    /** Compares every output of a batch; returns the loss that the reference differentiated. */
    private static Tensor checkBatch(GoldenFolder golden, LanguageModel model, String prefix, Inputs inputs) {
        Output output = model.forward(inputs, Context.EVALUATION);
        Tensor logits = output.logitsBSV();
        Tensor compared = inputs.paddingBS()
                .map(real -> logits.mul(real.unsqueeze(2).to(DType.FLOAT32)))
                .orElse(logits);
        golden.compare(prefix + "logits", compared, LOGITS);
        Tensor loss = output.crossEntropy().orElseThrow();
        golden.compare(prefix + "ce_loss", loss, LOSS);
        if (golden.has(prefix + "aux_loss")) {
            golden.compare(prefix + "aux_loss", BalanceLosses.mixtralBalance(output.routing()), LOSS);
            for (int layer = 0;
                    inputs.paddingBS().isEmpty() && layer < output.routing().size();
                    layer++) {
                golden.compare(
                        "router_logits." + layer, output.routing().get(layer).logitsTE(), ROUTER_LOGITS);
            }
        }
        for (BalanceLosses.Weighted extra : balance(model.spec(), output).values()) {
            loss = loss.add(extra.value().mul(extra.coefficient()));
        }
        golden.compare(prefix + "loss", loss, LOSS);
        return loss;
    }

    private static Map<String, BalanceLosses.Weighted> balance(ModelSpec spec, Output output) {
        return spec.mixture()
                .map(moe -> BalanceLosses.of(output.routing(), moe.losses().at(0, 1)))
                .orElse(Map.of());
    }

    private static void checkGradients(GoldenFolder golden, LanguageModel model) {
        List<Parameter> gradients = model.parameters().stream()
                .map(p -> new Parameter(p.name(), p.value().grad().orElseThrow(), p.decays()))
                .toList();
        Map<String, Tensor> stored = WeightNames.toStored(model.spec(), gradients);
        assertThat(golden.stored().names().stream().filter(n -> n.startsWith("grad.")))
                .as("every gradient of the reference is compared")
                .hasSameSizeAs(stored.keySet());
        stored.forEach((name, gradient) -> golden.compare("grad." + name, gradient, GRADIENT));
    }
}
