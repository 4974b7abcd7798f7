package dev.mojave.run.recipe;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The recipe of a study: a base recipe with {@code arms}, {@code seeds} and optionally a {@code budget}. Every arm is the base
 * with the arm's overrides, as a {@link RecipeDraft} whose model may still be resized to match another arm.
 */
public final class StudyRecipe {
    /** The count in which an arm matches another. */
    public enum MatchBy {
        /** Parameters that are active per token, without embeddings and head. */
        ACTIVE,
        /** All parameters without embeddings and head. */
        TOTAL,
        /** Training FLOPs per token. */
        FLOPS
    }

    /** The key that is resized for a match. */
    public enum Resize {
        /** Hidden width of the feed-forward. */
        INTERMEDIATE_SIZE
    }

    /**
     * The rule by which an arm is resized.
     *
     * @param arm the arm that sets the target
     * @param by the count that is made equal
     * @param resize the key that is resized
     */
    public record Match(
            String arm,
            MatchBy by,
            @Default("intermediate_size") Resize resize) {}

    /**
     * One arm.
     *
     * @param name name of the arm
     * @param draft the base with the arm's overrides, before any resizing
     * @param match the rule by which it is resized; empty if it is not
     */
    public record Arm(String name, RecipeDraft draft, Optional<Match> match) {}

    /** The budget of every trial. */
    record Budget(long tokens) {
        Budget {
            Check.that(tokens >= 1, "tokens (%d) must be at least 1", tokens);
        }
    }

    /** The keys that a study adds to a recipe. */
    record Extras(
            Map<String, ObjectNode> arms,
            List<Long> seeds,
            @Nullable Budget budget) {
        Extras {
            Check.that(arms.size() >= 2, "arms must list at least two arms to compare; found %d", arms.size());
            arms.keySet().forEach(RunNames::check);
            requireSeeds(seeds);
        }
    }

    /**
     * Checks the seeds of an experiment.
     *
     * @throws IllegalArgumentException if the list is empty or contains duplicates
     */
    public static void requireSeeds(List<Long> seeds) {
        Check.that(!seeds.isEmpty(), "seeds must list at least one seed, for example [1, 2, 3]");
        Check.that(new HashSet<>(seeds).size() == seeds.size(), "seeds (%s) must not contain duplicates", seeds);
    }

    private static final List<String> KEYS = List.of("arms", "seeds", "budget");

    private final ObjectNode typed;
    private final UnaryOperator<String> source;
    private final RecipeDraft base;
    private final Map<String, Arm> arms;
    private final List<Long> seeds;
    private final Optional<Long> budgetTokens;

    private StudyRecipe(
            ObjectNode typed,
            UnaryOperator<String> source,
            RecipeDraft base,
            Map<String, Arm> arms,
            List<Long> seeds,
            Optional<Long> budgetTokens) {
        this.typed = typed;
        this.source = source;
        this.base = base;
        this.arms = Collections.unmodifiableMap(arms);
        this.seeds = List.copyOf(seeds);
        this.budgetTokens = budgetTokens;
    }

    /**
     * Reads a study and checks every arm.
     *
     * @param sets arguments of {@code --set}
     * @throws Failure of kind USAGE that names file, flag or arm, key, rule and remedy
     */
    public static StudyRecipe read(Path file, List<String> sets) {
        return of(Yaml.read(file), file, sets);
    }

    /** Reads a study from a tree instead of from the file that messages name; see {@link #read}. */
    public static StudyRecipe of(ObjectNode content, Path file, List<String> sets) {
        Overrides overrides = Overrides.parse(sets);
        ObjectNode typed = RecipeDraft.named(overrides.apply(content), file);
        requireStudy(typed, file);
        return of(typed, path -> overrides.place(path, file.toString()));
    }

    /**
     * Checks that a tree describes a study.
     *
     * @param file it was read from, for messages
     * @throws Failure of kind USAGE that names the verb for what it describes instead
     */
    public static void requireStudy(ObjectNode typed, Path file) {
        for (String key : List.of("grid", "random", "halving")) {
            if (typed.hasNonNull(key)) {
                throw Failure.usage(
                        "%s: %s: this recipe describes a sweep, not a study; run it with: mojave sweep %s",
                        file, key, ShellWord.of(file));
            }
        }
        if (!typed.hasNonNull("arms")) {
            throw Failure.usage(
                    "%s has no arms, so it describes one run; train it with: mojave train %s (a study adds arms, seeds and a budget)",
                    file, ShellWord.of(file));
        }
    }

    /** Checks and completes a tree; {@code source} is its name in messages. */
    public static StudyRecipe of(ObjectNode typed, String source) {
        return of(typed, path -> source);
    }

    /** Checks and completes a tree whose keys come from several places; {@code source} returns the place of a key, given its path. */
    public static StudyRecipe of(ObjectNode typed, UnaryOperator<String> source) {
        return of(typed, source, Map.of());
    }

    /**
     * Returns this study with other settings for some arms.
     *
     * @param settings changes an arm's recipe as typed, by the arm's name; defaults that depend on what is changed follow
     */
    public StudyRecipe with(Map<String, UnaryOperator<ObjectNode>> settings) {
        return of(typed, source, settings);
    }

    /** Returns this study with another budget for every trial. */
    public StudyRecipe lasting(long tokens) {
        return of(Overrides.set(typed, "budget.tokens", typed.numberNode(tokens)), source);
    }

    private static StudyRecipe of(
            ObjectNode typed, UnaryOperator<String> source, Map<String, UnaryOperator<ObjectNode>> settings) {
        ObjectNode extras = typed.objectNode();
        ObjectNode shared = typed.deepCopy();
        for (String key : KEYS) {
            JsonNode value = shared.remove(key);
            if (value != null) {
                extras.set(key, value);
            }
        }
        Extras read = Records.read(extras, Extras.class, source, "");
        Optional<Long> tokens = Optional.ofNullable(read.budget).map(Budget::tokens);
        if (tokens.isPresent()) {
            shared = RecipeDraft.lasting(shared, tokens.get(), "budget.tokens", source.apply("budget.tokens"));
        }
        RecipeDraft base = RecipeDraft.of(shared, source);
        Map<String, Arm> arms = new LinkedHashMap<>();
        for (Map.Entry<String, ObjectNode> entry : read.arms.entrySet()) {
            arms.put(
                    entry.getKey(),
                    arm(
                            entry.getKey(),
                            entry.getValue(),
                            shared,
                            source,
                            settings.getOrDefault(entry.getKey(), UnaryOperator.identity())));
        }
        checkMatches(arms, source);
        return new StudyRecipe(typed.deepCopy(), source, base, arms, read.seeds, tokens);
    }

    private static Arm arm(
            String name,
            ObjectNode typed,
            ObjectNode shared,
            UnaryOperator<String> source,
            UnaryOperator<ObjectNode> settings) {
        ObjectNode overrides = typed.deepCopy();
        JsonNode match = overrides.remove("match");
        String path = "arms." + name;
        Optional<Match> read = match == null || match.isNull()
                ? Optional.empty()
                : Optional.of(Records.read(match, Match.class, source, path + ".match"));
        if (read.isPresent()
                && Trees.at(overrides, "model.moe").filter(moe -> !moe.isNull()).isPresent()) {
            throw Failure.usage(
                    "%s: %s.model.moe: an arm with match is a dense model, resized to the budget of a mixture; remove model.moe or match",
                    source.apply(path + ".model.moe"), path);
        }
        // Messages place the arm's own keys under the arm, and the base's keys where the base sets them.
        RecipeDraft draft = RecipeDraft.of(
                settings.apply(Trees.merge(shared, overrides)),
                key -> Trees.at(overrides, key).isPresent()
                        ? source.apply(path + "." + key) + ": " + path
                        : source.apply(key) + " (arm " + name + ")");
        return new Arm(name, draft, read);
    }

    private static void checkMatches(Map<String, Arm> arms, UnaryOperator<String> source) {
        for (Arm arm : arms.values()) {
            if (arm.match().isEmpty()) {
                continue;
            }
            String target = arm.match().get().arm();
            String path = "arms." + arm.name() + ".match.arm";
            Arm matched = arms.get(target);
            if (matched == null) {
                throw Failure.usage(
                        "%s: %s: there is no arm '%s'%s",
                        source.apply(path), path, target, Suggest.didYouMean(target, arms.keySet()));
            }
            if (matched.match().isPresent()) {
                throw Failure.usage(
                        "%s: %s: arm '%s' has a match of its own; match an arm whose size is fixed",
                        source.apply(path), path, target);
            }
        }
    }

    /** Returns the study's name. */
    public String name() {
        return base.name();
    }

    /** Returns the recipe without arms. */
    public RecipeDraft base() {
        return base;
    }

    /** Returns the arms by name, in the order of the recipe. */
    public Map<String, Arm> arms() {
        return arms;
    }

    /** Returns the arm with this name. */
    public Arm arm(String name) {
        Arm arm = arms.get(name);
        if (arm == null) {
            throw new IllegalArgumentException("there is no arm '" + name + "'; known: " + arms.keySet());
        }
        return arm;
    }

    /** Returns the training seeds. */
    public List<Long> seeds() {
        return seeds;
    }

    /** Returns the number of training tokens of every trial; empty if the study does not set a budget. */
    public Optional<Long> budgetTokens() {
        return budgetTokens;
    }

    /** Returns all settings; each arm contains only its differences from the base. */
    public ObjectNode tree() {
        ObjectNode tree = base.tree();
        ObjectNode written = tree.putObject("arms");
        for (Arm arm : arms.values()) {
            ObjectNode overrides = Trees.overrides(base.tree(), arm.draft().tree());
            arm.match().ifPresent(match -> overrides.set("match", Records.tree(match)));
            written.set(arm.name(), overrides);
        }
        var list = tree.putArray("seeds");
        seeds.forEach(list::add);
        budgetTokens.ifPresent(tokens -> tree.putObject("budget").put("tokens", tokens));
        return tree;
    }

    /** Returns the canonical text, the content of the study's recipe.yaml, which reads back as the same study. */
    public String yaml() {
        return Yaml.print(tree());
    }

    /** Returns the SHA-256 of {@link #yaml()}. */
    public String sha256() {
        return Hashes.sha256(yaml());
    }
}
