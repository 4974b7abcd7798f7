package dev.mojave.run.recipe;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.DataSpec;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.model.MoeSpec;
import dev.mojave.model.presets.Presets;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A recipe as typed, checked and with all defaults filled in except {@code model.vocab_size}, which may come from the tokenizer.
 * Once the data is prepared the vocabulary is known, and {@link #resolve} returns the {@link Recipe}.
 *
 * <p>Defaults come from the records themselves ({@link dev.mojave.base.tree.Default}), from {@link Presets} for the model, and,
 * if they depend on other keys, from {@code TrainDefaults} and {@link DataSpec}. There are no other sources of defaults.
 */
public final class RecipeDraft {
    /**
     * A placeholder for checks of the model while the tokenizer's vocabulary is unknown; only the rule on {@code vocab_size}
     * itself depends on it.
     */
    private static final int STAND_IN_VOCABULARY = 256;

    private static final List<String> STUDY_KEYS = List.of("arms", "seeds", "budget", "axes", "tune");

    private static final List<String> SWEEP_KEYS = List.of("grid", "random", "halving");

    private static final List<String> LENGTHS = List.of("steps", "tokens", "words", "epochs");

    private final String source;
    private final ObjectNode tree;
    private final Recipe checked;

    private RecipeDraft(String source, ObjectNode tree, Recipe checked) {
        this.source = source;
        this.tree = tree;
        this.checked = checked;
    }

    /**
     * Reads a recipe for one run.
     *
     * @param sets arguments of {@code --set}
     * @throws Failure of kind USAGE that names file or flag, key, rule and remedy
     */
    public static RecipeDraft read(Path file, List<String> sets) {
        Overrides overrides = Overrides.parse(sets);
        ObjectNode typed = overrides.apply(withTokenizerNextTo(Yaml.read(file), file));
        refuse(typed, SWEEP_KEYS, "a sweep", "sweep", file);
        refuse(typed, STUDY_KEYS, "a study", "study", file);
        return of(named(typed, file), path -> overrides.place(path, file.toString()));
    }

    private static void refuse(ObjectNode typed, List<String> keys, String what, String verb, Path file) {
        for (String key : keys) {
            if (typed.hasNonNull(key)) {
                throw Failure.usage(
                        "%s: %s: this recipe describes %s; run it with: mojave %s %s",
                        file, key, what, verb, ShellWord.of(file));
            }
        }
    }

    /**
     * Sets the length of training in tokens. If the recipe also sets a length, the two must agree.
     *
     * @param key the key that sets the length, such as {@code budget.tokens}
     * @param place where the key was set, for messages
     * @throws Failure of kind USAGE if the two lengths differ
     */
    public static ObjectNode lasting(ObjectNode typed, long tokens, String key, String place) {
        for (String other : LENGTHS) {
            JsonNode length = typed.path("train").path(other);
            boolean same = other.equals("tokens") && Records.count(length).equals(OptionalLong.of(tokens));
            if (!length.isMissingNode() && !length.isNull() && !same) {
                throw Failure.usage(
                        "%s: %s (%d) and train.%s (%s) both set the length of training; remove one of the two",
                        place, key, tokens, other, length);
            }
        }
        return Trees.with(typed, "train.tokens", typed.numberNode(tokens));
    }

    /**
     * Resolves the name of a tokenizer file relative to the recipe, so that a recipe next to its tokenizer, as in a run's folder,
     * can be read from any working directory.
     */
    private static ObjectNode withTokenizerNextTo(ObjectNode typed, Path file) {
        String tokenizer = typed.path("data").path("tokenizer").asString("");
        if (tokenizer.isEmpty() || Tokenizers.NAMES.contains(tokenizer)) {
            return typed;
        }
        Path beside = file.resolveSibling(tokenizer);
        return Files.isRegularFile(beside)
                ? Trees.with(typed, "data.tokenizer", typed.stringNode(beside.toString()))
                : typed;
    }

    /** Checks and completes a tree; {@code source} is its name in messages. */
    public static RecipeDraft of(ObjectNode typed, String source) {
        return of(typed, path -> source);
    }

    /**
     * Checks and completes a tree whose keys come from several places; {@code source} returns the place of a key, given its path.
     */
    public static RecipeDraft of(ObjectNode typed, UnaryOperator<String> source) {
        ObjectNode tree = typed.deepCopy();
        if (tree.path("model") instanceof ObjectNode model) {
            tree.set("model", Presets.resolve(model, source.apply("model")));
        }
        if (tree.path("train") instanceof ObjectNode train) {
            tree.set("train", TrainDefaults.complete(train));
        }
        JsonNode vocabulary = tree.path("model").path("vocab_size");
        boolean known = !vocabulary.isMissingNode() && !vocabulary.isNull();
        ObjectNode whole = known || !tree.path("model").isObject()
                ? tree
                : Trees.with(tree, "model.vocab_size", tree.numberNode((long) STAND_IN_VOCABULARY));
        Recipe checked = Records.read(whole, Recipe.class, source, "");
        checked.model().mixture().flatMap(MoeSpec::untrainable).ifPresent(why -> {
            throw Failure.usage("%s: model.moe: %s", source.apply("model.moe"), why);
        });
        ObjectNode complete = checked.tree();
        if (!known) {
            complete.withObject("model").remove("vocab_size");
        }
        return new RecipeDraft(source.apply(""), complete, checked);
    }

    /** Sets the name to that of the file if the recipe has none. */
    public static ObjectNode named(ObjectNode typed, Path file) {
        return typed.hasNonNull("name")
                ? typed
                : Trees.with(typed, "name", typed.stringNode(RunNames.of(String.valueOf(file.getFileName()))));
    }

    /** Returns the recipe's name. */
    public String name() {
        return checked.name();
    }

    /** Returns the data section. */
    public DataSpec data() {
        return checked.data();
    }

    /** Returns the training section. */
    public TrainSpec train() {
        return checked.train();
    }

    /** Returns the requested engine. */
    public EngineRequest engine() {
        return checked.engine();
    }

    /** Returns a draft with one key set, given its dotted path. */
    public RecipeDraft with(String path, JsonNode value) {
        return of(Trees.with(tree, path, value), source);
    }

    /** Returns a draft with another name. */
    public RecipeDraft named(String name) {
        return with("name", tree.stringNode(name));
    }

    /**
     * Returns the recipe for a tokenizer's vocabulary.
     *
     * @throws Failure of kind USAGE if {@code model.vocab_size} is set to a smaller size
     */
    public Recipe resolve(int vocabulary) {
        JsonNode typed = tree.path("model").path("vocab_size");
        if (typed.isMissingNode()) {
            JsonNode size = tree.numberNode((long) vocabulary);
            return Records.read(Trees.with(tree, "model.vocab_size", size), Recipe.class, source, "");
        }
        if (checked.model().vocabSize() < vocabulary) {
            throw Failure.usage(
                    "%s: model.vocab_size (%d) is smaller than the tokenizer's vocabulary (%d); remove the key to use the tokenizer's size",
                    source, checked.model().vocabSize(), vocabulary);
        }
        return checked;
    }

    /** Returns the recipe for comparison with another one, whose {@code model.vocab_size} it gets if it has none of its own. */
    public Recipe beside(Recipe other) {
        return tree.path("model").has("vocab_size")
                ? checked
                : resolve(other.model().vocabSize());
    }

    /** Returns all settings, complete except for {@code model.vocab_size} if that was not set. */
    public ObjectNode tree() {
        return tree.deepCopy();
    }

    /** Returns the output of {@code --print-config}, which reads back as the same draft. */
    public String yaml() {
        return Yaml.print(tree);
    }
}
