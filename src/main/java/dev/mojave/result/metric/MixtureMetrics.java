package dev.mojave.result.metric;

import java.util.ArrayList;
import java.util.List;

/** What each mixture of a run logs, by the number of the mixture: 0 for the first that a token meets. */
public final class MixtureMetrics {
    private static final List<Family<Integer>> DECLARED = new ArrayList<>();

    /** One value for each expert. */
    public static final Family<Integer> LOAD = family(
            "load", "Load", "share of token copies, expert by expert", Unit.SHARE, Better.NEITHER, Reduction.MEAN);
    /** One value for each expert, before capacity. */
    public static final Family<Integer> BEST_CHOICE = family(
            "best_choice",
            "Best choices",
            "share of tokens that have an expert as their best choice",
            Unit.SHARE,
            Better.NEITHER,
            Reduction.MEAN);
    /** One value for each choice of a token. */
    public static final Family<Integer> WEIGHT_BY_RANK = family(
            "weight_by_rank",
            "Weights of choices",
            "mean weight of a token's best choice, of its second, and so on",
            Unit.NONE,
            Better.NEITHER,
            Reduction.MEAN);
    /** Of loads, as arXiv 2408.15664 defines it. */
    public static final Family<Integer> MAX_VIOLATION = family(
            "max_violation",
            "MaxVio",
            "largest load / mean load - 1, 0 = balanced",
            Unit.NONE,
            Better.LOWER,
            Reduction.SAME);
    /** Of loads. */
    public static final Family<Integer> LOAD_ENTROPY = family(
            "load_entropy", "Load entropy", "H(load) / log E, 1 = balanced", Unit.NONE, Better.HIGHER, Reduction.SAME);
    /** Of single tokens' probabilities. */
    public static final Family<Integer> ROUTING_ENTROPY = family(
            "routing_entropy",
            "Routing entropy",
            "mean entropy of a token's probabilities, nats",
            Unit.NATS,
            Better.NEITHER,
            Reduction.MEAN);
    /** Experts that received nothing. */
    public static final Family<Integer> DEAD_EXPERTS =
            family("dead_experts", "Dead experts", "experts without a token", Unit.COUNT, Better.LOWER, Reduction.SAME);
    /** By capacity. */
    public static final Family<Integer> DROP_RATE = family(
            "drop_rate",
            "Dropped copies",
            "share of token copies that capacity dropped",
            Unit.SHARE,
            Better.LOWER,
            Reduction.MEAN);
    /** Tokens that pass a mixture by. */
    public static final Family<Integer> UNROUTED_RATE = family(
            "unrouted_rate", "Tokens without an expert", "share of tokens", Unit.SHARE, Better.LOWER, Reduction.MEAN);
    /** Where the data has categories. */
    public static final Family<Integer> SPECIALISATION = family(
            "specialisation",
            "Specialisation",
            "H(category given expert) / log G, low = specialists",
            Unit.NONE,
            Better.NEITHER,
            Reduction.SAME);
    /** Where the data has categories. */
    public static final Family<Integer> CATEGORY_INFORMATION = family(
            "category_information",
            "Category information",
            "mutual information of expert and category, normalised, 0 = independent",
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

    /** Returns every metric of a mixture. */
    public static List<Family<Integer>> all() {
        return ALL;
    }
}
