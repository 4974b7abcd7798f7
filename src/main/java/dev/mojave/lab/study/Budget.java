package dev.mojave.lab.study;

import dev.mojave.model.ModelCounts;
import dev.mojave.model.ModelSpec;
import dev.mojave.result.study.ArmResult;
import java.util.Locale;

/** The budget in which a dense arm can match a mixture ({@code match.by}). */
enum Budget {
    /** Parameters that are active per token. */
    ACTIVE("active parameters without embeddings and head"),
    /** All parameters. */
    TOTAL("total parameters without embeddings and head"),
    /** Training FLOPs per token. */
    FLOPS("training FLOPs per token");

    /** The only key that a match resizes. */
    static final String RESIZED = "intermediate_size";

    private final String counted;

    Budget(String counted) {
        this.counted = counted;
    }

    /** Returns its name in a recipe. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the name of the count, for messages. */
    String counted() {
        return counted;
    }

    /** Returns the budget with this {@link #key()}. */
    static Budget of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }

    /**
     * A dense model that was resized to a mixture's budget.
     *
     * @param model the model, dense and resized
     * @param match target and achieved counts
     */
    record Matched(ModelSpec model, ArmResult.Match match) {}

    /**
     * Makes a model dense and resizes its feed-forward so that its count is the closest to the reference's; nothing else changes.
     *
     * @param place the YAML path, for messages
     * @param arm the reference's name
     * @param reference the mixture that sets the target
     * @param resized the model to resize: the reference itself, or one that also differs in other keys
     * @throws dev.mojave.base.Failure of kind USAGE if no size comes within 1%
     */
    Matched match(String place, String arm, ModelSpec reference, ModelSpec resized) {
        ModelSpec dense = resized.dense();
        BudgetMatch.Found found = BudgetMatch.nearest(
                new BudgetMatch.Wanted(place, arm, counted, RESIZED),
                count(reference.counts()),
                size -> count(dense.withIntermediateSize(size).counts()));
        return new Matched(
                dense.withIntermediateSize(found.size()),
                new ArmResult.Match(key(), arm, found.target(), found.achieved(), RESIZED, found.size()));
    }

    private long count(ModelCounts counts) {
        return switch (this) {
            case ACTIVE -> counts.activeWithoutEmbeddings();
            case TOTAL -> counts.withoutEmbeddings();
            case FLOPS -> counts.flopsPerToken();
        };
    }
}
