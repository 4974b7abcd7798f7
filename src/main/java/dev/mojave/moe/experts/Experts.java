package dev.mojave.moe.experts;

import dev.mojave.base.Check;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.mixture.ExpertsKernel;
import dev.mojave.tensor.kernels.mixture.MixtureBranch;
import dev.mojave.tensor.kernels.mixture.Routes;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: E experts, D model width, I intermediate size, P input projections (1 GELU, 2 SwiGLU), R rows.
/**
 * Feed-forward experts, each like the {@link FeedForward} layer that it replaces, with stacked weights: input (E, P*I, D), output
 * (E, D, I). Parameters are {@code input} and {@code output}.
 */
public final class Experts implements ExpertBank {
    /**
     * Number and shape of the experts.
     *
     * @param experts number of experts E
     * @param each specification of each expert
     * @param dropout dropout probability of intermediate values in training: Switch's expert dropout (arXiv 2101.03961, section
     *     2.4), separate from the model's dropout
     */
    public record Spec(int experts, FeedForward.Spec each, double dropout) implements ExpertBank.Spec {
        /** Checks the probability. */
        public Spec {
            Check.that(0 <= dropout && dropout < 1, "expert_dropout (%s) must be at least 0 and below 1", dropout);
        }

        /** Creates experts without expert dropout. */
        public Spec(int experts, FeedForward.Spec each) {
            this(experts, each, 0);
        }

        @Override
        public long eachParameterCount() {
            return each.parameterCount();
        }

        @Override
        public long eachMatmulWeights() {
            return each.matmulWeights();
        }

        @Override
        public Experts build(Init init, double residual) {
            int inputs = each.activation().projections() * each.intermediateSize();
            Init in = init.child("input").as(Role.EXPERTS);
            Init out = init.child("output").as(Role.EXPERTS).scaled(residual);
            return new Experts(
                    this,
                    in.matrix("weight", experts, inputs, each.width()),
                    each.bias() ? Optional.of(in.zeros("bias", experts, inputs)) : Optional.empty(),
                    out.matrix("weight", experts, each.outputs(), each.intermediateSize()),
                    each.bias() ? Optional.of(out.zeros("bias", experts, each.outputs())) : Optional.empty());
        }
    }

    /**
     * The weights of the experts, for code that computes with them outside the layer; the activation determines P.
     *
     * @param spec specification of the experts
     * @param inputEID float32 (E, P*I, D)
     * @param inputBiasEI float32 (E, P*I); empty if the experts have no biases
     * @param outputEDI float32 (E, D, I)
     * @param outputBiasED float32 (E, D); empty if the experts have no biases
     */
    public record Weights(
            Spec spec,
            Tensor inputEID,
            Optional<Tensor> inputBiasEI,
            Tensor outputEDI,
            Optional<Tensor> outputBiasED) {}

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

    /** Returns the weights, which the layer still owns. */
    public Weights weights() {
        return new Weights(spec, inputEID, inputBiasEI, outputEDI, outputBiasED);
    }

    @Override
    public Tensor forward(Tensor rowsRD, long[] counts, Context context) {
        List<Tensor> rows = rowsRD.split(counts, 0);
        Unbound weights = unbound();
        List<Tensor> results = new ArrayList<>();
        for (int expert = 0; expert < spec.experts; expert++) {
            boolean last = expert == counts.length - 1;
            if (counts[expert] > 0
                    || (last && results.isEmpty())) { // Without any rows, the result must still have the right width.
                results.add(apply(rows.get(expert), weights, expert, context));
            }
        }
        return results.size() == 1 ? results.getFirst() : Tensors.cat(results, 0);
    }

    /** Returns whether {@link #residual} can be used: the fused kernel runs on this machine and supports the specification. */
    public boolean fuses(Tensor x, Context context) {
        boolean known = switch (spec) {
            case Spec(
                    int _,
                    FeedForward.Spec(int width, int _, Activation _, boolean _, int outputs),
                    double dropout) ->
                // The kernel's outputs are as wide as its inputs, and it has no dropout between the two projections.
                outputs == width && context.dropout(dropout) == 0;
        };
        return known && x.elements() > 0 && ExpertsKernel.supports(x, context.compute());
    }

    /**
     * Adds the outputs of the chosen experts and of the shared expert to the residual stream, in one kernel.
     *
     * @param routing decisions for the T tokens that are not padding
     * @param sharedTD outputs of the shared expert for the same tokens, float32 (T, D), if there is one
     * @param dropout dropout probability of the branch in this pass
     * @return float32 (B * S, D)
     */
    public Tensor residual(
            MixtureBranch branch,
            Tokens tokens,
            Routing routing,
            Optional<Tensor> sharedTD,
            double dropout,
            Context context) {
        Choices choices = routing.choices();
        Optional<long[]> places = tokens.realT().map(Tensor::toLongs);
        int all = (int) tokens.idsBS().elements();
        return ExpertsKernel.apply(
                branch,
                tokens.among(routing.weightsTK()),
                new Routes(
                        choices.countOfExpert(),
                        places.map(choices::assignmentAtRowAmong).orElseGet(choices::assignmentAtRow),
                        places.map(p -> choices.rowOfAssignmentAmong(p, all)).orElseGet(choices::rowOfAssignment),
                        choices.topK()),
                new ExpertsKernel.Weights(
                        inputEID, inputBiasEI, spec.each.activation().gate(), outputEDI, outputBiasED),
                sharedTD.map(tokens::among),
                dropout,
                context.compute());
    }

    @Override
    public List<Tensor> all(Tensor rowsRD, Context context) {
        Unbound weights = unbound();
        List<Tensor> results = new ArrayList<>();
        for (int expert = 0; expert < spec.experts; expert++) {
            results.add(apply(rowsRD, weights, expert, context));
        }
        return results;
    }

    /** The weights of the experts one by one; each stack is split by a single node of the autograd graph. */
    private record Unbound(
            List<Tensor> inputs,
            Optional<List<Tensor>> inputBiases,
            List<Tensor> outputs,
            Optional<List<Tensor>> outputBiases) {}

    private Unbound unbound() {
        return new Unbound(
                inputEID.unbind(0),
                inputBiasEI.map(b -> b.unbind(0)),
                outputEDI.unbind(0),
                outputBiasED.map(b -> b.unbind(0)));
    }

    private Tensor apply(Tensor rowsRD, Unbound weights, int expert, Context context) {
        Tensor hidden =
                Linear.apply(rowsRD, weights.inputs.get(expert), weights.inputBiases.map(b -> b.get(expert)), context);
        Tensor activated = DropoutKernel.apply(spec.each.activation().apply(hidden), context.dropout(spec.dropout));
        return Linear.apply(
                activated, weights.outputs.get(expert), weights.outputBiases.map(b -> b.get(expert)), context);
    }
}
