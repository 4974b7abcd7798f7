package dev.mojave.golden;

import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Mixtral's balance loss beside transformers' load_balancing_loss_func: values, and gradients with respect to router logits. */
class GoldenBalanceTest {
    private static final double LOSS = 5e-6;
    private static final double GRADIENT = 1e-6;

    @Test
    void poolsLayersAndLeavesPaddingOut() {
        try (Scope _ = Scope.open();
                GoldenFolder golden = new GoldenFolder("mixtral_aux")) {
            long[] mask = golden.get("mask").toLongs();
            long[] real = IntStream.range(0, mask.length)
                    .filter(token -> mask[token] == 1)
                    .asLongStream()
                    .toArray();
            for (JsonNode test : golden.config().path("cases")) {
                String name = test.path("name").stringValue();
                int layers = test.path("layers").intValue();
                int topK = test.path("top_k").intValue();
                check(
                        golden,
                        name,
                        "",
                        layers,
                        topK,
                        IntStream.range(0, mask.length).asLongStream().toArray());
                check(golden, name, "_masked", layers, topK, real);
            }
        }
    }

    private static void check(GoldenFolder golden, String name, String suffix, int layers, int topK, long[] tokens) {
        List<Tensor> logits = new ArrayList<>();
        List<Routing> routing = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            Tensor leaf = golden.get(name + ".logits." + layer).requireGrad(true);
            logits.add(leaf);
            Tensor real = leaf.indexSelect(0, Tensors.of(tokens, tokens.length));
            Tensor probabilities = Functions.softmax(real, 1);
            Tensor.TopK best = probabilities.topK(topK);
            int experts = (int) leaf.size(1);
            Choices choices = new Choices(best.indices().toLongs(), tokens.length, experts, topK);
            routing.add(new Routing(real, probabilities, best.values(), choices));
        }
        Tensor loss = BalanceLosses.mixtralBalance(routing);
        golden.compare(name + ".loss" + suffix, loss, LOSS);
        if (name.startsWith("uniform")) {
            return; // which of the tied experts are chosen, and with it the gradient, is nobody's promise
        }
        loss.backward();
        for (int layer = 0; layer < layers; layer++) {
            golden.compare(
                    name + ".grad" + suffix + "." + layer,
                    logits.get(layer).grad().orElseThrow(),
                    GRADIENT);
        }
    }
}
