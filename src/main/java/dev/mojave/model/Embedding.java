package dev.mojave.model;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.nn.Positions;
import dev.mojave.nn.RopeScaling;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.EmbeddingKernel;
import java.util.Optional;

// Shapes: B batch, S tokens, D model width, V vocabulary, T context.
/** The layer before the blocks: the token embedding and the positions, which are either added to it or rotate queries and keys. */
final class Embedding {
    private final Tensor weightVD;
    private final Optional<Tensor> positionsTD;
    private final Optional<Rotary> rotary;
    private final boolean trained;
    private final double dropout;

    /** Builds the layer with parameters under {@code embedding} and, if positions are learned, {@code positions}. */
    Embedding(FrameSpec frame, Init init) {
        int width = frame.width();
        int context = frame.context();
        this.weightVD = init.child("embedding").as(Role.EMBEDDING).matrix("weight", frame.vocabulary(), width);
        this.positionsTD = switch (frame.position()) {
            case FrameSpec.Learned() ->
                Optional.of(init.child("positions").as(Role.EMBEDDING).matrix("weight", context, width));
            case FrameSpec.Sinusoidal() -> Optional.of(sinusoidal(context, width));
            case FrameSpec.Rotated _ -> Optional.empty();
        };
        this.rotary = switch (frame.position()) {
            case FrameSpec.Rotated(int headSize, double theta, Optional<RopeScaling> scaling) ->
                Optional.of(new Rotary(headSize, context, theta, scaling));
            case FrameSpec.Learned(), FrameSpec.Sinusoidal() -> Optional.empty();
        };
        this.trained = frame.position() instanceof FrameSpec.Learned;
        this.dropout = frame.dropout();
    }

    private static Tensor sinusoidal(int context, int width) {
        try (Scope _ = Scope.open()) {
            return Positions.sinusoidal(context, width).retain();
        }
    }

    /** Returns the vectors of the tokens, float32 (V, D). */
    Tensor weightVD() {
        return weightVD;
    }

    /** Returns the position table, float32 (T, D); empty if positions are rotary. */
    Optional<Tensor> positionsTD() {
        return positionsTD;
    }

    /** Returns the rotation of queries and keys; empty if positions are not rotary. */
    Optional<Rotary> rotary() {
        return rotary;
    }

    /**
     * Looks up the vectors of tokens and adds positions.
     *
     * @param idsBS int64 token ids (B, S)
     * @param offset number of tokens read before them
     * @return the residual stream, float32 (B, S, D)
     */
    Tensor forward(Tensor idsBS, int offset, Context context) {
        Optional<Tensor> positions =
                positionsTD.map(table -> offset == 0 ? table : table.narrow(0, offset, idsBS.size(1)));
        return DropoutKernel.apply(EmbeddingKernel.apply(weightVD, idsBS, positions), context.dropout(dropout));
    }

    /** Frees the tables that are not parameters of the model. */
    void closeTables() {
        rotary.ifPresent(Rotary::close);
        if (!trained) {
            positionsTD.ifPresent(Tensor::close);
        }
    }
}
