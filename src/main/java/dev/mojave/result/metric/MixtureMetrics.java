package dev.mojave.result.metric;

import java.util.ArrayList;
import java.util.List;

/** The metrics of each mixture layer, by its number; 0 is the first mixture layer that a token passes. */
public final class MixtureMetrics {
    private static final List<Family<Integer>> DECLARED = new ArrayList<>();

    /** The load, one value per expert. */
    public static final Family<Integer> LOAD =
            family("load", "Load", "share of assignments, per expert", Unit.SHARE, Better.NEITHER, Reduction.MEAN);
    /** The share of first choices before capacity dropped any, one value per expert. */
    public static final Family<Integer> BEST_CHOICE = family(
            "best_choice",
            "First choices",
            "share of tokens whose first choice is the expert, per expert",
            Unit.SHARE,
            Better.NEITHER,
            Reduction.MEAN);
    /** The mean weight of each choice of a token, one value per rank. */
    public static final Family<Integer> WEIGHT_BY_RANK = family(
            "weight_by_rank",
            "Weights of choices",
            "mean weight of a token's first choice, second choice and so on",
            Unit.NONE,
            Better.NEITHER,
            Reduction.MEAN);
    /** The maximal violation of balance, as defined in arXiv 2408.15664. */
    public static final Family<Integer> MAX_VIOLATION = family(
            "max_violation",
            "MaxVio",
            "largest load / mean load - 1, 0 = balanced",
            Unit.NONE,
            Better.LOWER,
            Reduction.SAME);
    /** The normalised entropy of the loads. */
    public static final Family<Integer> LOAD_ENTROPY = family(
            "load_entropy", "Load entropy", "H(load) / log E, 1 = balanced", Unit.NONE, Better.HIGHER, Reduction.SAME);
    /** The mean entropy of the router's probabilities for a single token. */
    public static final Family<Integer> ROUTING_ENTROPY = family(
            "routing_entropy",
            "Routing entropy",
            "mean entropy of the router's probabilities per token, nats",
            Unit.NATS,
            Better.NEITHER,
            Reduction.MEAN);
    /** The number of experts that received no token. */
    public static final Family<Integer> DEAD_EXPERTS = family(
            "dead_experts",
            "Dead experts",
            "number of experts without a token",
            Unit.COUNT,
            Better.LOWER,
            Reduction.SAME);
    /** The share of assignments that were dropped because an expert's capacity was exhausted. */
    public static final Family<Integer> DROP_RATE = family(
            "drop_rate",
            "Dropped assignments",
            "share of assignments dropped by capacity",
            Unit.SHARE,
            Better.LOWER,
            Reduction.MEAN);
    /** The share of tokens that are processed by no expert. */
    public static final Family<Integer> UNROUTED_RATE = family(
            "unrouted_rate",
            "Tokens without an expert",
            "share of tokens without an expert",
            Unit.SHARE,
            Better.LOWER,
            Reduction.MEAN);
    /** The specialisation of the experts, logged if the data has categories. */
    public static final Family<Integer> SPECIALISATION = family(
            "specialisation",
            "Specialisation",
            "H(category given expert) / log G, low = specialists",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME);
    /** The mutual information of expert and category, logged if the data has categories. */
    public static final Family<Integer> CATEGORY_INFORMATION = family(
            "category_information",
            "Category information",
            "normalised mutual information of expert and category, 0 = independent",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME);

    private static final List<Family<Integer>> ALL = List.copyOf(DECLARED);

    private MixtureMetrics() {}

    private static Family<Integer> family(
            String key, String title, String words, Unit unit, Better better, Reduction overRanks) {
        Family<Integer> declared =
                Family.numbered("moe/", "/" + key, new Quantity(title, words, unit, better, overRanks, Origin.RUN));
        DECLARED.add(declared);
        return declared;
    }

    /** Returns all metrics of a mixture layer. */
    public static List<Family<Integer>> all() {
        return ALL;
    }
}
