package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: E experts, D inputs, O outputs, R rows.
/** Experts of which each is an affine map {@code W_e x + b_e}, with stacked weights (E, O, D). */
public final class LinearExperts implements ExpertBank {
    /** Number and shape of the maps. */
    public record Spec(int experts, Linear.Spec each) implements ExpertBank.Spec {
        @Override
        public long eachParameterCount() {
            return each.parameterCount();
        }

        @Override
        public long eachMatmulWeights() {
            return (long) each.inputs() * each.outputs();
        }

        @Override
        public LinearExperts build(Init init, double residual) {
            Init out = init.child("output").as(Role.EXPERTS).scaled(residual);
            return new LinearExperts(
                    out.matrix("weight", experts, each.outputs(), each.inputs()),
                    each.bias() ? Optional.of(out.zeros("bias", experts, each.outputs())) : Optional.empty());
        }
    }

    private final Tensor weightEOD;
    private final Optional<Tensor> biasEO;

    private LinearExperts(Tensor weightEOD, Optional<Tensor> biasEO) {
        this.weightEOD = weightEOD;
        this.biasEO = biasEO;
    }

    @Override
    public Tensor forward(Tensor rowsRD, long[] counts, Context context) {
        List<Tensor> rows = rowsRD.split(counts, 0);
        List<Tensor> weights = weightEOD.unbind(0);
        Optional<List<Tensor>> biases = biasEO.map(b -> b.unbind(0));
        List<Tensor> results = new ArrayList<>();
        for (int expert = 0; expert < counts.length; expert++) {
            boolean last = expert == counts.length - 1;
            if (counts[expert] > 0
                    || (last && results.isEmpty())) { // Without any rows, the result must still have the right width.
                int e = expert;
                results.add(Linear.apply(rows.get(e), weights.get(e), biases.map(b -> b.get(e)), context));
            }
        }
        return results.size() == 1 ? results.getFirst() : Tensors.cat(results, 0);
    }

    @Override
    public List<Tensor> all(Tensor rowsRD, Context context) {
        List<Tensor> weights = weightEOD.unbind(0);
        Optional<List<Tensor>> biases = biasEO.map(b -> b.unbind(0));
        List<Tensor> results = new ArrayList<>();
        for (int expert = 0; expert < weights.size(); expert++) {
            int e = expert;
            results.add(Linear.apply(rowsRD, weights.get(e), biases.map(b -> b.get(e)), context));
        }
        return results;
    }
}
