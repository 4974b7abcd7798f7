package dev.mojave.generate;

import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.tensor.kernels.DecodeKernels;
import dev.mojave.tensor.kernels.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

// Shapes: E experts, K choices.
/** A mixture of experts for one token: only the chosen experts' weights are read. The router's stay float32. */
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
            MoeSpec moe,
            int width,
            PackedMatrix router,
            List<DecoderFeedForward> experts,
            Optional<DecoderFeedForward> shared,
            Optional<PackedMatrix> sharedGate,
            DecoderMemory memory) {
        this.topK = moe.numExpertsPerTok();
        this.renormalized = moe.normTopkProb();
        this.width = width;
        this.router = router;
        this.experts = experts;
        this.shared = shared;
        this.sharedGate = sharedGate;
        this.logits = memory.buffer(experts.size());
        this.one = memory.buffer(width);
    }

    /** Takes the mixture under a name from the model. */
    static DecoderMixture of(DecoderMemory memory, String name, ModelSpec spec, MoeSpec moe) {
        Activation activation = spec.hiddenAct();
        List<PackedMatrix> inputs = memory.matrices(name + "experts.input.weight");
        List<PackedMatrix> outputs = memory.matrices(name + "experts.output.weight");
        Optional<List<MemorySegment>> inputBiases = memory.vectors(name + "experts.input.bias");
        Optional<List<MemorySegment>> outputBiases = memory.vectors(name + "experts.output.bias");
        List<DecoderFeedForward> experts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            int expert = i;
            experts.add(new DecoderFeedForward(
                    activation,
                    new DecoderLinear(inputs.get(i), inputBiases.map(b -> b.get(expert))),
                    new DecoderLinear(outputs.get(i), outputBiases.map(b -> b.get(expert)))));
        }
        Optional<DecoderFeedForward> shared = memory.has(name + "shared.input.weight")
                ? Optional.of(DecoderFeedForward.of(memory, name + "shared.", activation))
                : Optional.empty();
        Optional<PackedMatrix> gate = memory.has(name + "shared.gate.weight")
                ? Optional.of(memory.exact(name + "shared.gate.weight"))
                : Optional.empty();
        return new DecoderMixture(
                moe, spec.hiddenSize(), memory.exact(name + "router.weight"), experts, shared, gate, memory);
    }

    /** Returns the largest intermediate size of its experts. */
    int intermediateSize() {
        return IntStream.concat(
                        experts.stream().mapToInt(DecoderFeedForward::intermediateSize),
                        shared.stream().mapToInt(DecoderFeedForward::intermediateSize))
                .max()
                .orElseThrow();
    }

    /** Returns the bytes of the matrices that one token meets. */
    long bytesPerToken() {
        return router.bytes()
                + topK * experts.getFirst().bytes()
                + shared.map(DecoderFeedForward::bytes).orElse(0L);
    }

    /** residual += sum of the chosen experts, weighted, and the shared expert. */
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

    /** The K largest, best first; of equals the first. */
    private int[] best(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Float.compare(scores[b], scores[a]))
                .limit(topK)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Softmax over all experts, or over the chosen ones, which is what dividing by their sum comes to. */
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
