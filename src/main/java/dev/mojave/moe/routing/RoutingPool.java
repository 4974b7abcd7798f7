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
 * The routing decisions for a whole batch that a model reads in parts.
 *
 * <p>A balance loss L is a function of statistics S that are sums over tokens, such as f and P; it is not the mean of its values
 * for the parts. Its gradient is the sum over parts of {@code dL/dS (S of all tokens) * dS_part}. {@link #with} therefore gives
 * each part the decisions about all tokens, differentiable only with respect to the part's own.
 */
public final class RoutingPool {
    private final List<Routing> whole;
    /** Index of the first token of each part, by part and then by layer. */
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

    /** Collects the decisions about the parts of a batch. */
    public static final class Parts {
        private final List<List<Routing>> parts = new ArrayList<>();

        /** Creates an empty collection. */
        public Parts() {}

        /**
         * Adds the decisions about the next part, without gradients.
         *
         * @param layers one record per mixture
         * @param scope scope of the records; detached tensors are kept in the enclosing scope
         */
        public void add(List<Routing> layers, Scope scope) {
            parts.add(layers.stream().map(routing -> kept(routing, scope)).toList());
        }

        /**
         * Joins the parts of all ranks, of which each has the same number, in the current scope: first all parts of rank 0, then
         * those of rank 1 and so on. Returns empty if there are no parts.
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

    /** Returns the decisions about all tokens, by layer, before capacity drops anything and without gradients. */
    public List<Routing> whole() {
        return whole;
    }

    /** Returns the decisions about all tokens, differentiable with respect to those of one part, counted from 0. */
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

    /** Joins the decisions of one layer's router about several batches. */
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

    /** Adds columns of zeros, because some routers choose more experts for the tokens of one batch than for those of another. */
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
