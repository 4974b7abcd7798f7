package dev.mojave.nn;

import dev.mojave.tensor.CustomOp;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;

// Shapes: B sequences, M tokens in the longest one, R tokens in all sequences together, D width.
/**
 * Converts sequences of different lengths between concatenated rows (R, D) and a batch padded at the end (B, M, D). Under a
 * causal mask no real token sees what follows it, so padding needs no mask.
 *
 * <p>Both directions are row gathers, forward and backward. The values of padding rows are unspecified: no result depends on
 * them, so their gradient is zero and is not computed.
 */
public final class Ragged {
    private final int sequences;
    private final int longest;
    private final Tensor rowAtPlace;
    private final Tensor rowOrZero;
    private final Tensor placeOfRow;

    /**
     * Creates the layout of a batch of sequences.
     *
     * @param lengths numbers of tokens of the B sequences, at least one of them positive
     */
    public Ragged(int[] lengths) {
        sequences = lengths.length;
        int rows = 0;
        int most = 0;
        for (int length : lengths) {
            rows += length;
            most = Math.max(most, length);
        }
        longest = most;
        long[] places = new long[sequences * longest];
        long[] zeros = new long[places.length];
        long[] inverse = new long[rows];
        int row = 0;
        for (int sequence = 0; sequence < sequences; sequence++) {
            for (int i = 0; i < longest; i++) {
                int place = sequence * longest + i;
                boolean real = i < lengths[sequence];
                places[place] = real ? row : 0;
                zeros[place] = real ? row : rows;
                if (real) {
                    inverse[row++] = place;
                }
            }
        }
        rowAtPlace = Tensors.of(places, places.length);
        rowOrZero = Tensors.of(zeros, zeros.length);
        placeOfRow = Tensors.of(inverse, inverse.length);
    }

    /** Pads: (R, D) to (B, M, D). */
    public Tensor pad(Tensor rowsRD) {
        if (!CustomOp.supports(rowsRD)) {
            return padReference(rowsRD);
        }
        Tensor paddedBMD;
        try (NoGrad _ = NoGrad.open()) {
            paddedBMD = padReference(rowsRD);
        }
        return CustomOp.attach(
                paddedBMD,
                List.of(rowsRD),
                gradientBMD -> List.of(gradientBMD.reshape(-1, rowsRD.size(1)).indexSelect(0, placeOfRow)));
    }

    /** The reference implementation of {@link #pad}, differentiated by libtorch: for devices without Java backwards. */
    Tensor padReference(Tensor rowsRD) {
        return rowsRD.indexSelect(0, rowAtPlace).view(sequences, longest, rowsRD.size(1));
    }

    /** Removes the padding: (B, M, D) to (R, D). */
    public Tensor unpad(Tensor xBMD) {
        if (!CustomOp.supports(xBMD)) {
            return unpadReference(xBMD);
        }
        long width = xBMD.size(2);
        Tensor rowsRD;
        try (NoGrad _ = NoGrad.open()) {
            rowsRD = unpadReference(xBMD);
        }
        return CustomOp.attach(rowsRD, List.of(xBMD), gradientRD -> {
            Tensor zero = Tensors.zeros(gradientRD.dtype(), 1, width);
            return List.of(Tensors.cat(List.of(gradientRD, zero), 0)
                    .indexSelect(0, rowOrZero)
                    .view(sequences, longest, width));
        });
    }

    /** The reference implementation of {@link #unpad}, differentiated by libtorch: for devices without Java backwards. */
    Tensor unpadReference(Tensor xBMD) {
        return xBMD.reshape(-1, xBMD.size(2)).indexSelect(0, placeOfRow);
    }
}
