package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import java.util.List;

/** The experts of a mixture layer. */
public sealed interface ExpertBank extends RowExperts permits Experts, LinearExperts {
    /** Number and shape of experts. */
    sealed interface Spec permits Experts.Spec, LinearExperts.Spec {
        /** Returns how many there are. */
        int experts();

        /** Returns the number of parameters of one expert. */
        long eachParameterCount();

        /** Returns the number of weights of one expert that a token is multiplied with. */
        long eachMatmulWeights();

        /** Returns the number of parameters of all experts. */
        default long parameterCount() {
            return experts() * eachParameterCount();
        }

        /**
         * Makes the experts.
         *
         * @param residual scales the initial values of the weights that end in the residual stream
         */
        ExpertBank build(Init init, double residual);
    }

    /** Applies every expert to every row: E results, in the compute dtype. */
    List<Tensor> all(Tensor rowsRD, Context context);
}
