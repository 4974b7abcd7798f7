package dev.mojave.lab.design;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.sweep.Space;
import dev.mojave.lab.sweep.SweptKey;
import dev.mojave.run.recipe.StudyRecipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tuning of every arm before the comparison.
 *
 * @param space every combination of the settings
 * @param tokens training tokens of a tuning trial; empty if it is as long as the comparison
 * @param seeds seeds of the tuning trials, none of which the comparison uses
 */
public record Tune(Space space, OptionalLong tokens, List<Long> seeds) {
    private static final String EXAMPLE = "{tokens: 500k, seeds: [11], train.learning_rate: [1.0e-3, 3.0e-3]}";

    /** Keys that cannot be tuned, with the reason. */
    private static final Map<String, String> NOT_TUNED = notTuned();

    private static Map<String, String> notTuned() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put("name", "trials have names of their own; remove it");
        reasons.put("data", "all arms learn from the same text");
        reasons.put("engine", "all trials of a study run with the same engine");
        reasons.put("train.seed", "tune.seeds lists the seeds of tuning");
        for (String measured : List.of("train.eval_tokens", "model.max_position_embeddings")) {
            reasons.put(measured, "it changes what is measured, not what is learned");
        }
        for (String length : List.of("train.steps", "train.tokens", "train.words", "train.epochs", Axes.BUDGET)) {
            reasons.put(length, "all arms train equally long; tune.tokens is the length of a tuning trial");
        }
        return reasons;
    }

    /** Copies the seeds. */
    public Tune {
        seeds = List.copyOf(seeds);
    }

    /**
     * Reads {@code tune}.
     *
     * @param seeds seeds of the comparison
     * @param tokensRequired whether the comparison has several budgets, so that none of them is the tuning's
     * @throws Failure of kind USAGE that names the key
     */
    static Tune read(JsonNode section, List<Long> seeds, boolean tokensRequired, UnaryOperator<String> source) {
        ObjectNode keys =
                section instanceof ObjectNode typed ? typed.deepCopy() : JsonNodeFactory.instance.objectNode();
        JsonNode tokens = keys.remove("tokens");
        JsonNode own = keys.remove("seeds");
        Map<String, List<JsonNode>> values = Lists.of(section.isObject() ? keys : section, "tune", EXAMPLE, source);
        List<SweptKey.Listed> listed = new ArrayList<>();
        values.forEach((key, list) -> {
            String place = source.apply("tune." + key) + ": tune: " + key;
            NOT_TUNED.forEach((not, reason) -> {
                if (Lists.overlap(key, not)) {
                    throw Failure.usage("%s cannot be tuned: %s", place, reason);
                }
            });
            listed.add(Lists.key(key, key, list, place));
        });
        Lists.requireApart(listed.stream().map(SweptKey.Listed::path).toList(), "tune", source);
        Space space = new Space(listed, List.of(), 0, 0);
        if (space.count() < 2) {
            throw Failure.usage(
                    "%s: tune lists one setting, so there is nothing to choose from; list more values",
                    source.apply("tune"));
        }
        return new Tune(space, tokens(tokens, tokensRequired, source), seeds(own, seeds, source));
    }

    private static OptionalLong tokens(@Nullable JsonNode typed, boolean required, UnaryOperator<String> source) {
        String place = source.apply("tune.tokens") + ": tune.tokens";
        if (typed == null || typed.isNull()) {
            if (required) {
                throw Failure.usage(
                        "%s is missing: budgets are an axis, so say how long tuning trials are, for example 500k",
                        place);
            }
            return OptionalLong.empty();
        }
        OptionalLong tokens = Records.count(typed);
        if (tokens.isEmpty() || tokens.getAsLong() < 1) {
            throw Failure.usage("%s (%s) is not a number of training tokens such as 500k", place, typed);
        }
        return tokens;
    }

    /** The {@code seeds} of tuning, as {@link Records} reads them. */
    record Seeds(List<Long> seeds) {
        Seeds {
            StudyRecipe.requireSeeds(seeds);
        }
    }

    private static List<Long> seeds(@Nullable JsonNode typed, List<Long> compared, UnaryOperator<String> source) {
        String place = source.apply("tune.seeds") + ": tune.seeds";
        if (typed == null || typed.isNull()) {
            throw Failure.usage(
                    "%s is missing: list seeds that the comparison does not use, for example [11, 12]", place);
        }
        ObjectNode section = JsonNodeFactory.instance.objectNode();
        section.set("seeds", typed);
        List<Long> seeds = Records.read(section, Seeds.class, source, "tune").seeds();
        List<Long> shared = seeds.stream().filter(compared::contains).toList();
        if (!shared.isEmpty()) {
            throw Failure.usage(
                    "%s (%s) and seeds (%s) share %s: arms would be compared on the seeds that chose their settings; give tuning"
                            + " seeds of its own",
                    place, seeds, compared, shared);
        }
        return seeds;
    }

    /** Returns the keys of the recipe that are tuned. */
    List<String> paths() {
        return space.grid().stream().map(SweptKey.Listed::path).toList();
    }

    /** Returns the settings, in the order in which they are tried. */
    public List<Point> points() {
        return space.points();
    }
}
