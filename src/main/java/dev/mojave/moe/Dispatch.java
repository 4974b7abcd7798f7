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

// Shapes: T tokens, E experts, K choices per token, D model width, R rows: T * K, or fewer where copies are dropped.
/**
 * From tokens to their experts and back: sort token copies by expert, one matrix product per expert, scatter back weighted by the gate.
 *
 * <p>Both permutations are row gathers forward <em>and</em> backward: a row gather's own backward would scatter with
 * accumulation, row by row and on one thread, but the inverse of a permutation is known, and each token has K copies. A copy that no
 * expert takes stands for a row of zeros after the last.
 */
public final class Dispatch {
    /** How a recipe asks for it. */
    public enum Kind {
        /** Every copy reaches its expert. */
        @JsonProperty("dropless")
        DROPLESS,
        /** An expert takes what its capacity allows. */
        @JsonProperty("capacity")
        CAPACITY,
        /** Every expert computes every token, and most results are multiplied by 0: the oracle of the others, slow on purpose. */
        @JsonProperty("naive")
        NAIVE
    }

    private Dispatch() {}

    /**
     * Sends tokens to their experts and combines: {@code y_t = sum_k w_tk expert_k(x_t)} over the copies that an expert takes.
     *
     * @param xTD float32 (T, D)
     * @return float32, (T, width of the experts' results)
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
        Tensor resultsTKD = collect(resultsRD, rowOfAssignment, assignmentAtRow, complete).view(tokens, topK, resultsRD.size(1));
        return topK == 1
                ? resultsTKD.squeeze(1).mul(routing.weightsTK())
                : routing.weightsTK().unsqueeze(1).matmul(resultsTKD).squeeze(1);
    }

    /** The same by the definition, every expert on every token; capacity is not looked at. */
    public static Tensor naive(Tensor xTD, Routing routing, ExpertBank experts, Context context) {
        Tensor gatesTE = routing.gatesTE();
        List<Tensor> results = experts.all(xTD, context);
        Tensor sum = results.getFirst().to(DType.FLOAT32).mul(gatesTE.narrow(1, 0, 1));
        for (int expert = 1; expert < results.size(); expert++) {
            sum = sum.add(results.get(expert).to(DType.FLOAT32).mul(gatesTE.narrow(1, expert, 1)));
        }
        return sum;
    }

    /** Gathers each token's copies into rows; backward sums a token's rows. */
    private static Tensor spread(Tensor xTD, Choices choices, Tensor rowOfAssignment, boolean complete) {
        long[] tokenAtRow = choices.tokenAtRow();
        Tensor rowsRD;
        try (NoGrad _ = NoGrad.open()) {
            rowsRD = xTD.indexSelect(0, Tensors.of(tokenAtRow, tokenAtRow.length));
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

    /** Gathers rows into copies, zeros where a copy has no row; backward gathers copies into rows. */
    private static Tensor collect(Tensor rowsRD, Tensor rowOfAssignment, Tensor assignmentAtRow, boolean complete) {
        Tensor out;
        try (NoGrad _ = NoGrad.open()) {
            out = padded(rowsRD, complete).indexSelect(0, rowOfAssignment);
        }
        return CustomOp.attach(out, List.of(rowsRD), gradientRD -> List.of(gradientRD.indexSelect(0, assignmentAtRow)));
    }

    /** Adds the row of zeros that copies without an expert point to, where there are such copies. */
    private static Tensor padded(Tensor rowsRD, boolean complete) {
        return complete ? rowsRD : Tensors.cat(List.of(rowsRD, Tensors.zeros(DType.FLOAT32, 1, rowsRD.size(1))), 0);
    }
}
