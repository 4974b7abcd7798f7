package dev.mojave.moe;

import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: E experts, D model width, I intermediate size, P input projections (1 GELU, 2 SwiGLU), R rows.
/**
 * Feed-forward experts, each like the {@link FeedForward} that it replaces, with their weights stacked: input (E, P*I, D),
 * output (E, D, I).
 */
public final class Experts {
    /** Number and shape of the experts. */
    public record Spec(int experts, FeedForward.Spec each) {
        /** Returns the number of parameters of all experts. */
        public long parameterCount() {
            return experts * each.parameterCount();
        }

        /** Makes the experts with parameters under {@code input} and {@code output}. */
        public Experts build(Init init, double residual) {
            int inputs = each.activation().projections() * each.intermediateSize();
            Init in = init.child("input");
            Init out = init.child("output").scaled(residual);
            return new Experts(
                    this,
                    in.matrix("weight", experts, inputs, each.width()),
                    each.bias() ? Optional.of(in.zeros("bias", experts, inputs)) : Optional.empty(),
                    out.matrix("weight", experts, each.width(), each.intermediateSize()),
                    each.bias() ? Optional.of(out.zeros("bias", experts, each.width())) : Optional.empty());
        }
    }

    private final Spec spec;
    private final Tensor inputEID;
    private final Optional<Tensor> inputBiasEI;
    private final Tensor outputEDI;
    private final Optional<Tensor> outputBiasED;

    private Experts(
            Spec spec, Tensor inputEID, Optional<Tensor> inputBiasEI, Tensor outputEDI, Optional<Tensor> outputBiasED) {
        this.spec = spec;
        this.inputEID = inputEID;
        this.inputBiasEI = inputBiasEI;
        this.outputEDI = outputEDI;
        this.outputBiasED = outputBiasED;
    }

    /**
     * Applies each expert to its rows.
     *
     * @param rowsRD rows sorted by expert (R, D)
     * @param counts rows of each expert, summing to R
     * @return (R, D) in the compute dtype, in the same order
     */
    public Tensor forward(Tensor rowsRD, long[] counts, Context context) {
        List<Tensor> rows = rowsRD.split(counts, 0);
        List<Tensor> inputs = inputEID.unbind(0);
        List<Tensor> outputs = outputEDI.unbind(0);
        Optional<List<Tensor>> inputBiases = inputBiasEI.map(b -> b.unbind(0));
        Optional<List<Tensor>> outputBiases = outputBiasED.map(b -> b.unbind(0));
        List<Tensor> results = new ArrayList<>();
        for (int expert = 0; expert < spec.experts; expert++) {
            if (counts[expert] > 0) {
                int e = expert;
                Tensor hidden = spec.each
                        .activation()
                        .apply(Linear.apply(rows.get(e), inputs.get(e), inputBiases.map(b -> b.get(e)), context));
                results.add(Linear.apply(hidden, outputs.get(e), outputBiases.map(b -> b.get(e)), context));
            }
        }
        return results.size() == 1 ? results.getFirst() : Tensors.cat(results, 0);
    }
}
