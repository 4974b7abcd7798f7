package dev.mojave.moe.routing;

import dev.mojave.tensor.Group;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

// Shapes: T tokens, E experts, K choices per token.
/**
 * The routing decisions of all ranks of a group, each for a micro-batch of its own. The numbers of tokens and of choices may
 * differ between ranks.
 */
final class GatheredRouting {
    private GatheredRouting() {}

    /** Returns the decisions of all ranks, by rank and then by layer, without gradients. */
    static List<List<Routing>> of(List<Routing> layers, Group group) {
        if (group.size() == 1) {
            return List.of(layers);
        }
        List<List<Routing>> byLayer =
                layers.stream().map(routing -> of(routing, group)).toList();
        return IntStream.range(0, group.size())
                .mapToObj(rank -> byLayer.stream().map(ranks -> ranks.get(rank)).toList())
                .toList();
    }

    private static List<Routing> of(Routing own, Group group) {
        List<Tensor> logitsTE = group.gather(own.logitsTE());
        List<Tensor> probabilitiesTE = group.gather(own.probabilitiesTE());
        List<Tensor> weights = group.gather(own.weightsTK().reshape(-1));
        long[] expertOfAssignment = own.choices().expertOfAssignment(Choices.NONE);
        List<Tensor> experts = group.gather(Tensors.of(expertOfAssignment, expertOfAssignment.length));
        List<Optional<Routing.Noise>> noise = noise(own, group);
        List<Routing> ranks = new ArrayList<>();
        for (int rank = 0; rank < group.size(); rank++) {
            long[] chosen = experts.get(rank).toLongs();
            int tokens = (int) logitsTE.get(rank).size(0);
            int topK = tokens == 0 ? own.topK() : chosen.length / tokens;
            ranks.add(new Routing(
                    logitsTE.get(rank),
                    probabilitiesTE.get(rank),
                    weights.get(rank).reshape(tokens, topK),
                    new Choices(chosen, tokens, own.experts(), topK),
                    noise.get(rank),
                    own.mixture()));
        }
        return ranks;
    }

    private static List<Optional<Routing.Noise>> noise(Routing own, Group group) {
        if (own.noise().isEmpty()) {
            return IntStream.range(0, group.size())
                    .mapToObj(_ -> Optional.<Routing.Noise>empty())
                    .toList();
        }
        Routing.Noise mine = own.noise().get();
        List<Tensor> cleanTE = group.gather(mine.cleanTE());
        List<Tensor> deviationTE = group.gather(mine.deviationTE());
        List<Tensor> noisyTE = group.gather(mine.noisyTE());
        return IntStream.range(0, group.size())
                .mapToObj(rank ->
                        Optional.of(new Routing.Noise(cleanTE.get(rank), deviationTE.get(rank), noisyTE.get(rank))))
                .toList();
    }
}
