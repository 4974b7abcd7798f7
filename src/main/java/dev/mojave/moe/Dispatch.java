package dev.mojave.moe;

import dev.mojave.nn.Context;
import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;

// Shapes: T tokens, K choices per token, D model width, R = T * K rows.
/**
 * Dropless dispatch: sort token copies by expert, one matrix product per expert, scatter back weighted by the gate.
 *
 * <p>Both permutations are row gathers forward <em>and</em> backward: a row gather's own backward would scatter with
 * accumulation, row by row and on one thread, but the inverse of a permutation is known, and each token has exactly K copies.
 */
public final class Dispatch {
    private Dispatch() {}

    /**
     * Sends tokens to their experts and combines: {@code y_t = sum_k w_tk expert_k(x_t)}.
     *
     * @param xTD float32 (T, D)
     * @return float32 (T, D)
     */
    public static Tensor dropless(Tensor xTD, Routing routing, Experts experts, Context context) {
        Choices choices = routing.choices();
        int tokens = choices.tokens();
        int topK = choices.topK();
        long width = xTD.size(1);
        Tensor copyAtRow = Tensors.of(choices.copyAtRow(), choices.copyAtRow().length);
        Tensor rowOfCopy = Tensors.of(choices.rowOfCopy(), choices.rowOfCopy().length);
        Tensor rowsRD = spread(xTD, tokenAtRow(choices), rowOfCopy, topK);
        Tensor resultsRD =
                experts.forward(rowsRD, choices.countOfExpert(), context).to(DType.FLOAT32);
        Tensor copiesTKD = permute(resultsRD, rowOfCopy, copyAtRow).view(tokens, topK, width);
        return topK == 1
                ? copiesTKD.squeeze(1).mul(routing.weightsTK())
                : routing.weightsTK().unsqueeze(1).matmul(copiesTKD).squeeze(1);
    }

    private static Tensor tokenAtRow(Choices choices) {
        long[] tokens = choices.copyAtRow().clone();
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] /= choices.topK();
        }
        return Tensors.of(tokens, tokens.length);
    }

    /** Gathers each token's K copies into rows; backward sums a token's K rows. */
    private static Tensor spread(Tensor xTD, Tensor tokenAtRow, Tensor rowOfCopy, int topK) {
        Tensor rowsRD;
        try (NoGrad _ = NoGrad.open()) {
            rowsRD = xTD.indexSelect(0, tokenAtRow);
        }
        long tokens = xTD.size(0);
        long width = xTD.size(1);
        return CustomOp.attach(
                rowsRD,
                List.of(xTD),
                gradientRD -> List.of(gradientRD
                        .indexSelect(0, rowOfCopy)
                        .view(tokens, topK, width)
                        .sum(1)));
    }

    /** Reorders rows; backward reorders them back. */
    private static Tensor permute(Tensor rowsRD, Tensor order, Tensor inverse) {
        Tensor out;
        try (NoGrad _ = NoGrad.open()) {
            out = rowsRD.indexSelect(0, order);
        }
        return CustomOp.attach(out, List.of(rowsRD), gradientRD -> List.of(gradientRD.indexSelect(0, inverse)));
    }
}
