package dev.mojave.moe.router;

import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.head.LogitsKernel;
import dev.mojave.tensor.kernels.mixture.TopKKernel;
import java.util.Arrays;

// Shapes: T tokens, E experts, K choices per token.
/** Steps from logits to weights and choices that several routers share. */
final class Gates {
    private Gates() {}

    /** Returns {@code x W^T}, float32. */
    static Tensor logits(Tensor xTD, Tensor weightED) {
        return LogitsKernel.apply(xTD.to(DType.FLOAT32), weightED);
    }

    /** Chooses the K experts with the largest probabilities, best first; these are the weights. */
    static Routing best(Tensor logitsTE, Tensor probabilitiesTE, RouterSpec.Sizes sizes) {
        TopKKernel.Best best = TopKKernel.apply(probabilitiesTE, sizes.topK(), sizes.renormalize());
        return new Routing(logitsTE, probabilitiesTE, best.weightsTK(), choices(best.indices(), logitsTE, sizes));
    }

    /** Divides the weights of each token by their sum, if the sizes request it. */
    static Tensor normalised(Tensor weightsTK, RouterSpec.Sizes sizes) {
        return sizes.renormalize() ? weightsTK.div(weightsTK.sum(1).unsqueeze(1)) : weightsTK;
    }

    static Choices choices(long[] expertOfAssignment, Tensor perToken, RouterSpec.Sizes sizes) {
        return new Choices(expertOfAssignment, (int) perToken.size(0), sizes.experts(), sizes.topK());
    }

    /** Returns the routing that assigns each token to the given experts, each with the weight 1/K. */
    static Routing fixed(long[] expertOfAssignment, Tensor perToken, RouterSpec.Sizes sizes) {
        int tokens = (int) perToken.size(0);
        float[] probabilities = new float[tokens * sizes.experts()];
        for (int assignment = 0; assignment < expertOfAssignment.length; assignment++) {
            probabilities[assignment / sizes.topK() * sizes.experts() + (int) expertOfAssignment[assignment]] =
                    1f / sizes.topK();
        }
        float[] weights = new float[expertOfAssignment.length];
        Arrays.fill(weights, 1f / sizes.topK());
        return new Routing(
                Tensors.zeros(DType.FLOAT32, tokens, sizes.experts()),
                Tensors.of(probabilities, tokens, sizes.experts()),
                Tensors.of(weights, tokens, sizes.topK()),
                choices(expertOfAssignment, perToken, sizes));
    }
}
