package dev.mojave.moe.routing;

import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;

/** Routing records for tests. */
public final class Routings {
    private Routings() {}

    /** Routes by logits that are a leaf of the autograd graph. */
    public static Routing ofLogits(Tensor logitsTE, int topK) {
        return of(logitsTE, Functions.softmax(logitsTE, 1), topK);
    }

    /** Routes by the given probabilities, whose logarithms are the logits. */
    public static Routing ofProbabilities(int topK, float[]... rows) {
        int experts = rows[0].length;
        float[] flat = new float[rows.length * experts];
        for (int token = 0; token < rows.length; token++) {
            System.arraycopy(rows[token], 0, flat, token * experts, experts);
        }
        Tensor probabilities = Tensors.of(flat, rows.length, experts);
        return of(probabilities.log(), probabilities, topK);
    }

    private static Routing of(Tensor logits, Tensor probabilities, int topK) {
        Tensor.TopK best = probabilities.topK(topK);
        Choices choices =
                new Choices(best.indices().toLongs(), (int) probabilities.size(0), (int) probabilities.size(1), topK);
        return new Routing(logits, probabilities, best.values(), choices);
    }
}
