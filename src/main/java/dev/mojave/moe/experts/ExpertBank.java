package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import java.util.List;

/** The experts of a mixture. */
public sealed interface ExpertBank extends RowExperts permits Experts, LinearExperts {
    /** Number and shape of experts. */
    sealed interface Spec permits Experts.Spec, LinearExperts.Spec {
        /** Returns the number of experts. */
        int experts();

        /** Returns the number of parameters of one expert. */
        long eachParameterCount();

        /** Returns the number of one expert's weights in the matrix products of a token. */
        long eachMatmulWeights();

        /** Returns the number of parameters of all experts. */
        default long parameterCount() {
            return experts() * eachParameterCount();
        }

        /**
         * Builds the experts.
         *
         * @param residual factor on the initial standard deviation of the projections into the residual stream
         */
        ExpertBank build(Init init, double residual);
    }

    /** Applies every expert to every row (R, D) and returns the E outputs, in the compute dtype. */
    List<Tensor> all(Tensor rowsRD, Context context);
}
