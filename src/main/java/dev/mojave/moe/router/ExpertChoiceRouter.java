package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.Arrays;
import java.util.Optional;

// Shapes: T tokens, D model width, E experts, C tokens per expert, K maximum number of experts of a token.
/**
 * Expert choice (Zhou et al. 2022, arXiv 2202.09368): {@code S = softmax(x W^T)} over the experts, and each expert chooses the
 * {@code C = floor(T c / E)} tokens with the largest S, at least one, and weights them by S. The number c,
 * {@code num_experts_per_tok}, is the average number of experts per token. Loads are equal by construction; a token may be chosen
 * by no expert, or by all.
 *
 * <p><b>Not causal</b>: whether a token is chosen depends on every other token of the batch, including later ones. A language
 * model that uses this router sees part of what it must predict, so that its losses are too low, and generation, one token at a
 * time, routes differently from training.
 */
public final class ExpertChoiceRouter implements Router {
    /** The kind {@code expert_choice}; it has no options. */
    @JsonTypeName("expert_choice")
    public record Spec() implements RouterSpec {
        @Override
        public boolean normalises() {
            return false;
        }

        @Override
        public boolean learns() {
            return true;
        }

        @Override
        public long parameterCount(Sizes sizes) {
            return sizes.linear();
        }

        @Override
        public ExpertChoiceRouter build(Sizes sizes, Init init) {
            return new ExpertChoiceRouter(sizes, init.matrix("weight", sizes.experts(), sizes.width()));
        }

        @Override
        public Causality causality() {
            return Causality.NOT_CAUSAL;
        }

        @Override
        public Optional<String> againstBalanceLosses() {
            return Optional.of("every expert processes the same number of tokens");
        }

        @Override
        public Optional<String> againstCapacity() {
            return Optional.of("every expert already processes a fixed number of tokens");
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;

    private ExpertChoiceRouter(RouterSpec.Sizes sizes, Tensor weightED) {
        this.sizes = sizes;
        this.weightED = weightED;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        return route(Gates.logits(xTD, weightED), sizes.topK());
    }

    /** Routes by logits (T, E), with {@code c} experts per token on average. */
    static Routing route(Tensor logitsTE, int c) {
        int tokens = (int) logitsTE.size(0);
        int experts = (int) logitsTE.size(1);
        int taken = Math.min(tokens, Math.clamp((long) tokens * c / experts, 1, Integer.MAX_VALUE));
        Tensor probabilitiesTE = SoftmaxKernel.apply(logitsTE);
        long[] tokenOfSlot = probabilitiesTE
                .detach()
                .transpose(0, 1)
                .contiguous()
                .topK(taken)
                .indices()
                .toLongs();
        int[] count = new int[tokens];
        for (long token : tokenOfSlot) {
            count[(int) token]++;
        }
        int most = Arrays.stream(count).max().orElse(1);
        long[] expertOfAssignment = byToken(tokenOfSlot, probabilitiesTE.toFloats(), new int[] {tokens, experts, most});
        Choices choices = new Choices(expertOfAssignment, tokens, experts, most);
        float[] chosen = new float[expertOfAssignment.length];
        for (int assignment = 0; assignment < chosen.length; assignment++) {
            chosen[assignment] = expertOfAssignment[assignment] == Choices.NONE ? 0 : 1;
        }
        Tensor weightsTK = probabilitiesTE
                .gather(1, Tensors.of(choices.expertOfAssignment(0), tokens, most))
                .mul(Tensors.of(chosen, tokens, most));
        return new Routing(logitsTE, probabilitiesTE, weightsTK, choices);
    }

    /** Converts the tokens of each expert to the experts of each token, the most probable first. */
    private static long[] byToken(long[] tokenOfSlot, float[] probabilities, int[] tokensExpertsMost) {
        int experts = tokensExpertsMost[1];
        int most = tokensExpertsMost[2];
        int perExpert = tokenOfSlot.length / experts;
        long[] expertOfAssignment = new long[tokensExpertsMost[0] * most];
        Arrays.fill(expertOfAssignment, Choices.NONE);
        for (int slot = 0; slot < tokenOfSlot.length; slot++) {
            int token = (int) tokenOfSlot[slot];
            long expert = slot / perExpert;
            int at = token * most;
            while (expertOfAssignment[at] != Choices.NONE
                    && probabilities[token * experts + (int) expertOfAssignment[at]]
                            >= probabilities[token * experts + (int) expert]) {
                at++;
            }
            int end = (token + 1) * most;
            System.arraycopy(expertOfAssignment, at, expertOfAssignment, at + 1, end - at - 1);
            expertOfAssignment[at] = expert;
        }
        return expertOfAssignment;
    }
}
