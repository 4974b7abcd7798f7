package dev.mojave.model;

import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** All mixtures of a model (in place of feed-forward layers, blocks or projections) and the losses that balance them. */
final class ModelMixtures {
    private ModelMixtures() {}

    /** Implements {@link ModelSpec#mixtures}. */
    static List<Mixture> of(ModelSpec spec) {
        List<Mixture> all = new ArrayList<>();
        boolean parallel = spec.parallelBlocks().isPresent();
        if (parallel) {
            all.add(new Mixture(0, "shrink", Mixture.Group.PROJECTION));
        }
        IntStream.range(0, spec.numHiddenLayers())
                .filter(layer -> has(spec, layer))
                .forEach(layer -> all.add(inLayer(spec, layer, all.size())));
        if (parallel) {
            all.add(new Mixture(all.size(), "grow", Mixture.Group.PROJECTION));
        }
        return all;
    }

    /** Returns the mixture of a full-width block. */
    static Mixture ofBlock(ModelSpec spec, int layer) {
        long before =
                IntStream.range(0, layer).filter(other -> has(spec, other)).count();
        return inLayer(spec, layer, Math.toIntExact(before));
    }

    private static boolean has(ModelSpec spec, int layer) {
        return spec.between(layer)
                || spec.mixture().filter(moe -> moe.sparse(layer)).isPresent();
    }

    private static Mixture inLayer(ModelSpec spec, int layer, int number) {
        Mixture.Group group = spec.between(layer) ? Mixture.Group.BLOCKS : Mixture.Group.LAYER;
        return new Mixture(number, String.valueOf(layer), group);
    }

    /**
     * Balance losses that share one set of coefficients.
     *
     * @param key path of the section in a recipe
     * @param prefix prefix of the names of the losses
     * @param group the mixtures that the losses balance
     * @param coefficients schedules of the coefficients
     */
    private record Section(String key, String prefix, Mixture.Group group, Coefficients coefficients) {}

    private static List<Section> sections(ModelSpec spec) {
        List<Section> sections = new ArrayList<>();
        spec.mixture()
                .ifPresent(moe -> sections.add(new Section(
                        "model.moe.losses",
                        "",
                        Mixture.Group.LAYER,
                        moe.choice().losses())));
        spec.parallelBlocks().ifPresent(parallel -> {
            sections.add(new Section(
                    "model.parallel.blocks.losses",
                    "block_",
                    Mixture.Group.BLOCKS,
                    parallel.blocks().choice().losses()));
            sections.add(new Section(
                    "model.parallel.projections.losses",
                    "projection_",
                    Mixture.Group.PROJECTION,
                    parallel.projections().choice().losses()));
        });
        return sections;
    }

    /** Implements {@link ModelSpec#requireSchedulesStart}. */
    static void requireSchedulesStart(ModelSpec spec, long totalSteps) {
        sections(spec).forEach(section -> section.coefficients.requireStart(section.key, totalSteps));
    }

    /** Implements {@link ModelSpec#balanceLosses}. */
    static Map<String, BalanceLosses.Weighted> balanceLosses(
            ModelSpec spec, List<Routing> routing, long step, long totalSteps) {
        Map<String, BalanceLosses.Weighted> losses = new LinkedHashMap<>();
        for (Section section : sections(spec)) {
            List<Routing> own = routing.stream()
                    .filter(one -> one.mixture().group() == section.group)
                    .toList();
            BalanceLosses.of(own, section.coefficients.at(step, totalSteps))
                    .forEach((name, loss) -> losses.put(section.prefix + name, loss));
        }
        return losses;
    }

    /** Implements {@link ModelSpec#balanceCoefficients}. */
    static Map<String, Double> coefficients(ModelSpec spec, long step, long totalSteps) {
        Map<String, Double> now = new LinkedHashMap<>();
        for (Section section : sections(spec)) {
            section.coefficients
                    .at(step, totalSteps)
                    .forEach((loss, coefficient) -> now.put(section.prefix + loss.key(), coefficient));
        }
        return now;
    }

    /** Implements {@link ModelSpec#balancePoolsTokens}. */
    static boolean poolsTokens(ModelSpec spec, long step, long totalSteps) {
        return sections(spec).stream().anyMatch(section -> section.coefficients.poolTokens(step, totalSteps));
    }
}
