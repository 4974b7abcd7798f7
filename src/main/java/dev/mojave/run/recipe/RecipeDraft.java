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
 * A recipe as typed, checked and with every default filled in, but for {@code model.vocab_size}, which may come from the tokenizer: that is
 * known once the data is prepared, and {@link #resolve} makes the {@link Recipe}.
 *
 * <p>Defaults come from the records themselves ({@link dev.mojave.base.tree.Default}), from {@link Presets} for the model, and where they depend
 * on other keys from {@code TrainDefaults} and {@link DataSpec}. Nothing else fills anything in.
 */
public final class RecipeDraft {
    /** Checks of the model need some vocabulary while the tokenizer's is not known; every rule but its own ignores it. */
    private static final int STAND_IN_VOCABULARY = 256;

    private static final List<String> STUDY_KEYS = List.of("arms", "seeds", "budget");

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
        ObjectNode typed = overrides.apply(withTokenizerBeside(Yaml.read(file), file));
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
     * Sets the length of training to so many tokens; one that the recipe sets besides must say the same.
     *
     * @param key what says so, such as {@code budget.tokens}
     * @param place where it stands
     * @throws Failure of kind USAGE if it does not
     */
    public static ObjectNode lasting(ObjectNode typed, long tokens, String key, String place) {
        for (String other : LENGTHS) {
            JsonNode length = typed.path("train").path(other);
            boolean same = other.equals("tokens") && Records.count(length).equals(OptionalLong.of(tokens));
            if (!length.isMissingNode() && !length.isNull() && !same) {
                throw Failure.usage(
                        "%s: %s (%d) and train.%s (%s) both say how long to train; remove one",
                        place, key, tokens, other, length);
            }
        }
        return Trees.with(typed, "train.tokens", typed.numberNode(tokens));
    }

    /** A recipe may name a tokenizer file that lies beside it, as a run's folder has one: it is found from wherever the recipe is read. */
    private static ObjectNode withTokenizerBeside(ObjectNode typed, Path file) {
        String tokenizer = typed.path("data").path("tokenizer").asString("");
        if (tokenizer.isEmpty() || Tokenizers.NAMES.contains(tokenizer)) {
            return typed;
        }
        Path beside = file.resolveSibling(tokenizer);
        return Files.isRegularFile(beside)
                ? Trees.with(typed, "data.tokenizer", typed.stringNode(beside.toString()))
                : typed;
    }

    /** Checks and completes a tree; {@code source} is what messages call it. */
    public static RecipeDraft of(ObjectNode typed, String source) {
        return of(typed, path -> source);
    }

    /** Checks and completes a tree whose keys come from several places; {@code source} says from which, given a key's path. */
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

    /** Fills in the name from the file's where the recipe has none. */
    public static ObjectNode named(ObjectNode typed, Path file) {
        return typed.hasNonNull("name")
                ? typed
                : Trees.with(typed, "name", typed.stringNode(RunNames.of(String.valueOf(file.getFileName()))));
    }

    /** Returns the recipe's name. */
    public String name() {
        return checked.name();
    }

    /** Returns what it learns from. */
    public DataSpec data() {
        return checked.data();
    }

    /** Returns how it learns. */
    public TrainSpec train() {
        return checked.train();
    }

    /** Returns what is asked of the machine. */
    public EngineRequest engine() {
        return checked.engine();
    }

    /** Returns a draft with one key, by its dotted path, set. */
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
     * @throws Failure of kind USAGE if {@code model.vocab_size} is set and smaller
     */
    public Recipe resolve(int vocabulary) {
        JsonNode typed = tree.path("model").path("vocab_size");
        if (typed.isMissingNode()) {
            JsonNode size = tree.numberNode((long) vocabulary);
            return Records.read(Trees.with(tree, "model.vocab_size", size), Recipe.class, source, "");
        }
        if (checked.model().vocabSize() < vocabulary) {
            throw Failure.usage(
                    "%s: model.vocab_size (%d) is smaller than the tokenizer's vocabulary (%d); remove the key to take the tokenizer's",
                    source, checked.model().vocabSize(), vocabulary);
        }
        return checked;
    }

    /** Returns the recipe as it is beside another one: an untyped {@code model.vocab_size} is that one's. */
    public Recipe beside(Recipe other) {
        return tree.path("model").has("vocab_size")
                ? checked
                : resolve(other.model().vocabSize());
    }

    /** Returns every setting, complete but for an untyped {@code model.vocab_size}. */
    public ObjectNode tree() {
        return tree.deepCopy();
    }

    /** Returns what {@code --print-config} prints; it reads back as the same draft. */
    public String yaml() {
        return Yaml.print(tree);
    }
}
