package dev.mojave.moe;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.RowExperts;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.nn.Context;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;

// Shapes: T tokens, E experts, K choices per token, D model width, R rows: T * K, or fewer if assignments are dropped.
/**
 * Sends tokens to their experts and combines the results: sorts assignments (token-expert pairs) by expert, applies each expert
 * to its rows, and sums the results of each token, weighted by the router.
 *
 * <p>Both permutations are row gathers, forward <em>and</em> backward. The derivative of a general row gather is an accumulating
 * scatter, which runs row by row on one thread; here the inverse permutation is known and each token has K assignments, so the
 * derivative is a gather as well. An assignment that capacity drops points to a row of zeros after the last row.
 */
public final class Dispatch {
    /** The kinds of dispatch in a recipe. */
    public enum Kind {
        /** Every assignment is executed. */
        @JsonProperty("dropless")
        DROPLESS,
        /** An expert processes as many tokens as its capacity allows. */
        @JsonProperty("capacity")
        CAPACITY,
        /**
         * Every expert computes every token, and most results are multiplied by 0: the reference implementation of the other
         * kinds, slow on purpose.
         */
        @JsonProperty("naive")
        NAIVE
    }

    private Dispatch() {}

    /**
     * Sends tokens to their experts and combines the results: {@code y_t = sum_k w_tk expert_k(x_t)} over the assignments that
     * capacity does not drop.
     *
     * @param xTD float32 (T, D)
     * @return float32 (T, width of the experts' outputs)
     */
    public static Tensor grouped(Tensor xTD, Routing routing, RowExperts experts, Context context) {
        Choices choices = routing.choices();
        int tokens = choices.tokens();
        int topK = choices.topK();
        Tensor assignmentAtRow = Tensors.of(choices.assignmentAtRow(), choices.assignmentAtRow().length);
        Tensor rowOfAssignment = Tensors.of(choices.rowOfAssignment(), choices.rowOfAssignment().length);
        boolean complete = choices.complete();
        Tensor rowsRD = spread(xTD, choices, rowOfAssignment, complete);
        Tensor resultsRD =
                experts.forward(rowsRD, choices.countOfExpert(), context).to(DType.FLOAT32);
        Tensor resultsTKD =
                collect(resultsRD, rowOfAssignment, assignmentAtRow, complete).view(tokens, topK, resultsRD.size(1));
        return topK == 1
                ? resultsTKD.squeeze(1).mul(routing.weightsTK())
                : routing.weightsTK().unsqueeze(1).matmul(resultsTKD).squeeze(1);
    }

    /** Computes the same by definition, with every expert on every token; ignores capacity. */
    public static Tensor naive(Tensor xTD, Routing routing, ExpertBank experts, Context context) {
        Tensor gatesTE = routing.gatesTE();
        List<Tensor> results = experts.all(xTD, context);
        Tensor sum = results.getFirst().to(DType.FLOAT32).mul(gatesTE.narrow(1, 0, 1));
        for (int expert = 1; expert < results.size(); expert++) {
            sum = sum.add(results.get(expert).to(DType.FLOAT32).mul(gatesTE.narrow(1, expert, 1)));
        }
        return sum;
    }

    /** Gathers the row of each assignment from its token; the backward pass sums the gradients of each token's rows. */
    static Tensor spread(Tensor xTD, Choices choices, Tensor rowOfAssignment, boolean complete) {
        if (!CustomOp.supports(xTD)) {
            return spreadReference(xTD, choices);
        }
        Tensor rowsRD;
        try (NoGrad _ = NoGrad.open()) {
            rowsRD = spreadReference(xTD, choices);
        }
        long tokens = xTD.size(0);
        long width = xTD.size(1);
        return CustomOp.attach(
                rowsRD,
                List.of(xTD),
                gradientRD -> List.of(padded(gradientRD, complete)
                        .indexSelect(0, rowOfAssignment)
                        .view(tokens, choices.topK(), width)
                        .sum(1)));
    }

    /** The reference implementation of {@link #spread}, differentiated by libtorch: for devices without Java backwards. */
    static Tensor spreadReference(Tensor xTD, Choices choices) {
        long[] tokenAtRow = choices.tokenAtRow();
        return xTD.indexSelect(0, Tensors.of(tokenAtRow, tokenAtRow.length));
    }

    /** Gathers rows in the order of assignments, zeros for dropped ones; the backward pass gathers gradients in the order of rows. */
    static Tensor collect(Tensor rowsRD, Tensor rowOfAssignment, Tensor assignmentAtRow, boolean complete) {
        if (!CustomOp.supports(rowsRD)) {
            return collectReference(rowsRD, rowOfAssignment, complete);
        }
        Tensor out;
        try (NoGrad _ = NoGrad.open()) {
            out = collectReference(rowsRD, rowOfAssignment, complete);
        }
        return CustomOp.attach(out, List.of(rowsRD), gradientRD -> List.of(gradientRD.indexSelect(0, assignmentAtRow)));
    }

    /** The reference implementation of {@link #collect}, differentiated by libtorch: for devices without Java backwards. */
    static Tensor collectReference(Tensor rowsRD, Tensor rowOfAssignment, boolean complete) {
        return padded(rowsRD, complete).indexSelect(0, rowOfAssignment);
    }

    /** Appends the row of zeros that dropped assignments point to, if there are any. */
    private static Tensor padded(Tensor rowsRD, boolean complete) {
        return complete ? rowsRD : Tensors.cat(List.of(rowsRD, Tensors.zeros(DType.FLOAT32, 1, rowsRD.size(1))), 0);
    }
}
