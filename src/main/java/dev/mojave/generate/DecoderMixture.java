package dev.mojave.generate;

import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import dev.mojave.tensor.kernels.decode.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

// Shapes: E experts, K choices.
/** A mixture of experts for one token, which reads only the weights of the chosen experts. The router's weights stay float32. */
final class DecoderMixture {
    private final int topK;
    private final boolean renormalized;
    private final int width;
    private final PackedMatrix router;
    private final List<DecoderFeedForward> experts;
    private final Optional<DecoderFeedForward> shared;
    private final Optional<PackedMatrix> sharedGate;
    private final MemorySegment logits;
    private final MemorySegment one;

    private DecoderMixture(
            RouterSpec.Sizes sizes,
            PackedMatrix router,
            List<DecoderFeedForward> experts,
            Optional<DecoderFeedForward> shared,
            Optional<PackedMatrix> sharedGate,
            DecoderMemory memory) {
        this.topK = sizes.topK();
        this.renormalized = sizes.renormalize();
        this.width = sizes.width();
        this.router = router;
        this.experts = experts;
        this.shared = shared;
        this.sharedGate = sharedGate;
        this.logits = memory.buffer(experts.size());
        this.one = memory.buffer(width);
    }

    /** Packs a layer that {@link DecoderMixtureSupport} supports. */
    static DecoderMixture of(DecoderMemory memory, MoeLayer.Weights weights) {
        if (!(weights.router() instanceof TopKRouter router) || !(weights.experts() instanceof Experts experts)) {
            throw new IllegalStateException("the decoder does not support this mixture");
        }
        return new DecoderMixture(
                weights.spec().sizes(),
                memory.exact(router.weightED()),
                experts(memory, experts.weights()),
                weights.shared().map(shared -> DecoderFeedForward.of(memory, shared.feedForward())),
                weights.shared().flatMap(SharedExpert.Weights::gate).map(gate -> memory.exact(gate.weightOI())),
                memory);
    }

    private static List<DecoderFeedForward> experts(DecoderMemory memory, Experts.Weights weights) {
        List<PackedMatrix> inputs = memory.matrices(weights.inputEID());
        List<PackedMatrix> outputs = memory.matrices(weights.outputEDI());
        Optional<List<MemorySegment>> inputBiases = weights.inputBiasEI().map(DecoderMemory::rows);
        Optional<List<MemorySegment>> outputBiases = weights.outputBiasED().map(DecoderMemory::rows);
        List<DecoderFeedForward> experts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            int expert = i;
            experts.add(new DecoderFeedForward(
                    weights.spec().each().activation(),
                    new DecoderLinear(inputs.get(i), inputBiases.map(b -> b.get(expert))),
                    new DecoderLinear(outputs.get(i), outputBiases.map(b -> b.get(expert)))));
        }
        return experts;
    }

    /** Returns the experts, including the shared one. */
    Stream<DecoderFeedForward> feedForwards() {
        return Stream.concat(experts.stream(), shared.stream());
    }

    /** Returns the size of the matrices that one token reads, in bytes. */
    long bytesPerToken() {
        return router.bytes()
                + topK * experts.getFirst().bytes()
                + shared.map(DecoderFeedForward::bytes).orElse(0L);
    }

    /** Adds the weighted sum of the chosen experts, and the shared expert if there is one, to the residual stream. */
    void addTo(MemorySegment x, MemorySegment residual, DecoderFeedForward.Room room) {
        router.multiply(x, logits, Optional.empty(), false);
        float[] scores = read(logits, experts.size());
        int[] chosen = best(scores);
        double[] weights = weights(scores, chosen);
        for (int k = 0; k < topK; k++) {
            experts.get(chosen[k]).apply(x, one, room);
            DecodeKernels.addScaled((float) weights[k], one, residual, width);
        }
        if (shared.isPresent()) {
            shared.get().apply(x, one, room);
            DecodeKernels.addScaled(gate(x), one, residual, width);
        }
    }

    private float gate(MemorySegment x) {
        if (sharedGate.isEmpty()) {
            return 1;
        }
        sharedGate.get().multiply(x, logits, Optional.empty(), false);
        return (float) (1 / (1 + Math.exp(-read(logits, 1)[0])));
    }

    /** Returns the indices of the K largest scores in descending order; of equal scores the first wins. */
    private int[] best(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[b], scores[a]))
                .limit(topK)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Returns the softmax over all experts or, if weights are renormalised, over the chosen ones, which equals dividing by their sum. */
    private double[] weights(float[] scores, int[] chosen) {
        double max = scores[chosen[0]];
        double total = 0;
        if (renormalized) {
            for (int expert : chosen) {
                total += Math.exp(scores[expert] - max);
            }
        } else {
            for (float score : scores) {
                total += Math.exp(score - max);
            }
        }
        double[] weights = new double[topK];
        for (int k = 0; k < topK; k++) {
            weights[k] = Math.exp(scores[chosen[k]] - max) / total;
        }
        return weights;
    }

    private static float[] read(MemorySegment memory, int count) {
        return memory.asSlice(0, (long) count * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
