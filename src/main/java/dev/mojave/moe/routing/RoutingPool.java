package dev.mojave.moe.routing;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

// Shapes: T tokens, E experts, K choices per token.
/**
 * What routers decided for a whole batch of which a model reads one part after another.
 *
 * <p>A balance loss L is a function of statistics S that add up over tokens, and no mean of what it is for parts: f and P of a
 * product are those of all tokens. Its gradient is the sum over parts of {@code dL/dS (S of all) * dS_part}, which is what {@link #with}
 * gives each part: the decisions about all tokens, differentiable in its own.
 */
public final class RoutingPool {
    private final List<Routing> whole;
    /** First token of each part, by part, then by layer. */
    private final List<long[]> first;

    private RoutingPool(List<List<Routing>> parts) {
        int layers = parts.getFirst().size();
        this.whole = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            int at = layer;
            whole.add(joined(parts.stream().map(part -> part.get(at)).toList()));
        }
        this.first = new ArrayList<>();
        long[] next = new long[layers];
        for (List<Routing> part : parts) {
            first.add(next.clone());
            Arrays.setAll(next, layer -> next[layer] + part.get(layer).tokens());
        }
    }

    /** The decisions about the parts of a batch, while they are gathered. */
    public static final class Parts {
        private final List<List<Routing>> parts = new ArrayList<>();

        /** Starts with none. */
        public Parts() {}

        /**
         * Adds those about the next part, without gradients.
         *
         * @param layers one record a sparse layer
         * @param scope in which they were made; copies go to the one around it
         */
        public void add(List<Routing> layers, Scope scope) {
            parts.add(layers.stream().map(routing -> kept(routing, scope)).toList());
        }

        /**
         * Joins them with those of the other ranks, of which each has as many, in the scope that is open: first all parts of rank 0, then
         * those of rank 1, and so on. Empty where there were no parts.
         */
        public Optional<RoutingPool> join(Group group) {
            if (parts.isEmpty()) {
                return Optional.empty();
            }
            List<List<List<Routing>>> ofPart =
                    parts.stream().map(part -> GatheredRouting.of(part, group)).toList();
            List<List<Routing>> all = new ArrayList<>();
            for (int rank = 0; rank < group.size(); rank++) {
                for (List<List<Routing>> ranks : ofPart) {
                    all.add(ranks.get(rank));
                }
            }
            return Optional.of(new RoutingPool(all));
        }
    }

    private static Routing kept(Routing routing, Scope scope) {
        return new Routing(
                scope.keep(routing.logitsTE().detach()),
                scope.keep(routing.probabilitiesTE().detach()),
                scope.keep(routing.weightsTK().detach()),
                routing.choices(),
                routing.noise()
                        .map(noise -> new Routing.Noise(
                                scope.keep(noise.cleanTE().detach()),
                                scope.keep(noise.deviationTE().detach()),
                                scope.keep(noise.noisyTE().detach()))),
                routing.mixture());
    }

    /** Returns the decisions about all tokens, layer by layer, before capacity and without gradients. */
    public List<Routing> whole() {
        return whole;
    }

    /** Returns the decisions about all tokens, differentiable where they are those of one part, counted from 0. */
    public List<Routing> with(int part, List<Routing> own) {
        List<Routing> layers = new ArrayList<>();
        for (int layer = 0; layer < own.size(); layer++) {
            layers.add(replaced(whole.get(layer), first.get(part)[layer], own.get(layer)));
        }
        return layers;
    }

    private static Routing replaced(Routing all, long first, Routing own) {
        return new Routing(
                replaced(all.logitsTE(), first, own.logitsTE()),
                replaced(all.probabilitiesTE(), first, own.probabilitiesTE()),
                replaced(all.weightsTK(), first, widened(own.weightsTK(), all.topK())),
                all.choices(),
                all.noise().map(noise -> {
                    Routing.Noise mine = own.noise().orElseThrow();
                    return new Routing.Noise(
                            replaced(noise.cleanTE(), first, mine.cleanTE()),
                            replaced(noise.deviationTE(), first, mine.deviationTE()),
                            replaced(noise.noisyTE(), first, mine.noisyTE()));
                }),
                own.mixture());
    }

    private static Tensor replaced(Tensor all, long first, Tensor own) {
        long behind = first + own.size(0);
        return Tensors.cat(List.of(all.narrow(0, 0, first), own, all.narrow(0, behind, all.size(0) - behind)), 0);
    }

    /** Joins what one layer's router decided about the tokens of several batches. */
    private static Routing joined(List<Routing> parts) {
        int topK = parts.stream().mapToInt(Routing::topK).max().orElseThrow();
        return new Routing(
                joined(parts, Routing::logitsTE),
                joined(parts, Routing::probabilitiesTE),
                joined(parts, routing -> widened(routing.weightsTK(), topK)),
                choices(parts, topK),
                parts.getFirst()
                        .noise()
                        .map(_ -> new Routing.Noise(
                                joined(parts, routing -> noise(routing).cleanTE()),
                                joined(parts, routing -> noise(routing).deviationTE()),
                                joined(parts, routing -> noise(routing).noisyTE()))),
                parts.getFirst().mixture());
    }

    private static Routing.Noise noise(Routing routing) {
        return routing.noise().orElseThrow();
    }

    private static Tensor joined(List<Routing> parts, Function<Routing, Tensor> tensor) {
        return Tensors.cat(parts.stream().map(tensor).toList(), 0);
    }

    /** Adds columns of 0: some routers choose more experts for the tokens of one batch than for those of another. */
    private static Tensor widened(Tensor weightsTK, long topK) {
        long missing = topK - weightsTK.size(1);
        return missing == 0
                ? weightsTK
                : Tensors.cat(List.of(weightsTK, Tensors.zeros(DType.FLOAT32, weightsTK.size(0), missing)), 1);
    }

    private static Choices choices(List<Routing> parts, int topK) {
        int tokens = parts.stream().mapToInt(Routing::tokens).sum();
        long[] expertOfAssignment = new long[tokens * topK];
        Arrays.fill(expertOfAssignment, Choices.NONE);
        int token = 0;
        for (Routing part : parts) {
            for (int own = 0; own < part.tokens(); own++, token++) {
                for (int choice = 0; choice < part.topK(); choice++) {
                    expertOfAssignment[token * topK + choice] = part.choices().expert(own, choice);
                }
            }
        }
        return new Choices(expertOfAssignment, tokens, parts.getFirst().experts(), topK);
    }
}
