package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Trees;
import dev.mojave.model.ModelSpec;
import dev.mojave.result.study.ArmResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The resolved arms of a study: every model has its size, and the settings that all arms must share are checked to be equal. Arms
 * may differ in all other settings; {@link #differences()} lists how.
 */
final class Arms {
    /** Sections that all arms share; if they differed, the study would compare data or engines instead of models. */
    private static final List<String> SHARED_SECTIONS = List.of("data", "engine");

    private static final List<String> LENGTHS = List.of("train.steps", "train.tokens", "train.words", "train.epochs");
    private static final List<String> LOSS_CHANGING = List.of("train.eval_tokens", "model.max_position_embeddings");
    private static final Set<String> THE_QUESTION = Set.of("model.moe", "model.parallel", "model.intermediate_size");

    /**
     * One arm.
     *
     * @param name its name in the recipe
     * @param recipe the resolved recipe; each of the study's seeds replaces its own
     * @param match the match that resized it; null if it was not resized
     */
    record Arm(String name, Recipe recipe, ArmResult.@Nullable Match match) {
        boolean sparse() {
            return recipe.model().sparse();
        }
    }

    /** One arm with one seed. */
    record Trial(Arm arm, long seed) {
        /** Returns {@code arm/seed-N}: its folder under {@code trials}, and its name in messages. */
        String name() {
            return arm.name() + "/seed-" + seed;
        }

        /** Returns the recipe of this trial's run. */
        Recipe recipe(EngineRequest engine) {
            return dev.mojave.lab.trials.Trial.recipe(arm.recipe(), "seed-" + seed, seed, engine, name());
        }
    }

    private final List<Arm> all;
    private final Arm reference;
    private final List<Long> seeds;

    private Arms(List<Arm> all, Arm reference, List<Long> seeds) {
        this.all = List.copyOf(all);
        this.reference = reference;
        this.seeds = List.copyOf(seeds);
    }

    /**
     * Resolves and checks the arms.
     *
     * @param vocabulary size of the tokenizer's vocabulary
     * @throws Failure of kind USAGE that names the arm, the key, the rule and the remedy
     */
    static Arms resolve(StudyRecipe study, int vocabulary) {
        List<Arm> arms = new ArrayList<>();
        for (StudyRecipe.Arm arm : study.arms().values()) {
            arms.add(resolve(arm, study, vocabulary));
        }
        Arm reference = reference(study, arms);
        for (Arm arm : arms) {
            checkShared(arm, arms.getFirst());
        }
        checkDistinct(arms);
        return new Arms(arms, reference, study.seeds());
    }

    private static Arm resolve(StudyRecipe.Arm arm, StudyRecipe study, int vocabulary) {
        Recipe own = arm.draft().resolve(vocabulary);
        if (arm.match().isEmpty()) {
            return new Arm(arm.name(), own, null);
        }
        StudyRecipe.Match match = arm.match().get();
        String place = "arms." + arm.name() + ".match";
        StudyRecipe.Arm target = study.arms().get(match.arm());
        if (target == null) {
            throw Failure.usage("%s.arm: there is no arm '%s'", place, match.arm());
        }
        ModelSpec reference = target.draft().resolve(vocabulary).model();
        if (!reference.sparse()) {
            throw Failure.usage(
                    "%s.arm: arm '%s' is dense; a match resizes a dense model to the budget of a mixture, so name an arm with model.moe",
                    place, match.arm());
        }
        Budget.Matched matched = budget(match.by()).match(place, match.arm(), reference, own.model());
        return new Arm(
                arm.name(),
                new Recipe(own.name(), own.data(), matched.model(), own.train(), own.engine()),
                matched.match());
    }

    private static Budget budget(StudyRecipe.MatchBy by) {
        return switch (by) {
            case ACTIVE -> Budget.ACTIVE;
            case TOTAL -> Budget.TOTAL;
            case FLOPS -> Budget.FLOPS;
        };
    }

    /**
     * Returns the mixture that everything is compared with: the first one that another arm matches, or the first mixture if none
     * is matched.
     */
    private static Arm reference(StudyRecipe study, List<Arm> arms) {
        Set<String> matched = new TreeSet<>();
        study.arms().values().forEach(arm -> arm.match().ifPresent(match -> matched.add(match.arm())));
        List<Arm> sparse = arms.stream().filter(Arm::sparse).toList();
        if (sparse.isEmpty()) {
            throw Failure.usage(
                    "arms: none of %s has model.moe; a study compares a mixture of experts with other models, so give one arm"
                            + " model: {moe: {num_experts: 4, num_experts_per_tok: 2}}",
                    String.join(", ", arms.stream().map(Arm::name).toList()));
        }
        return sparse.stream()
                .filter(arm -> matched.contains(arm.name()))
                .findFirst()
                .orElse(sparse.getFirst());
    }

    private static void checkShared(Arm arm, Arm first) {
        ObjectNode tree = arm.recipe().tree();
        ObjectNode other = first.recipe().tree();
        for (Trees.Difference difference : Trees.differences(other, tree)) {
            String section = difference.path().split("\\.", 2)[0];
            boolean length = LENGTHS.contains(difference.path());
            if (SHARED_SECTIONS.contains(section) || length || LOSS_CHANGING.contains(difference.path())) {
                throw Failure.usage(
                        "arms.%s.%s (%s) differs from arm '%s' (%s), but all arms must share it; %s",
                        arm.name(),
                        difference.path(),
                        shown(difference.after()),
                        first.name(),
                        shown(difference.before()),
                        length
                                ? "give every trial the same length with budget: {tokens: ...}"
                                : "set it for the whole study, or make two studies");
            }
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "not set" : value;
    }

    private static void checkDistinct(List<Arm> arms) {
        for (int i = 0; i < arms.size(); i++) {
            for (Arm earlier : arms.subList(0, i)) {
                if (arms.get(i).recipe().equals(earlier.recipe())) {
                    throw Failure.usage(
                            "arms.%s and arms.%s are identical in every key; remove one of them or make them differ",
                            arms.get(i).name(), earlier.name());
                }
            }
        }
    }

    /** Returns an arm by a name that is known to be there. */
    Arm named(String name) {
        return all.stream().filter(arm -> arm.name().equals(name)).findFirst().orElseThrow();
    }

    /** Returns the arms in the order of the recipe. */
    List<Arm> all() {
        return all;
    }

    /** Returns the mixture that the others are compared with. */
    Arm reference() {
        return reference;
    }

    /** Returns the arms other than the reference, in the order of the recipe. */
    List<Arm> others() {
        return all.stream().filter(arm -> !arm.name().equals(reference.name())).toList();
    }

    /** Returns every trial. All arms of a seed come before the next seed, so that a study that ends early is balanced. */
    List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        for (long seed : seeds) {
            all.forEach(arm -> trials.add(new Trial(arm, seed)));
        }
        return trials;
    }

    /**
     * Describes, in one sentence per arm, how arms differ from the reference in other keys than the mixture and the
     * feed-forward's width.
     */
    List<String> differences() {
        List<String> notes = new ArrayList<>();
        for (Arm arm : others()) {
            List<String> keys = Trees.differences(
                            reference.recipe().tree(), arm.recipe().tree())
                    .stream()
                    .filter(difference -> THE_QUESTION.stream().noneMatch(difference.path()::startsWith))
                    .map(difference -> difference.path() + " (" + shown(difference.after()) + " against "
                            + shown(difference.before()) + ")")
                    .toList();
            if (!keys.isEmpty()) {
                notes.add("Arm '" + arm.name() + "' also differs from '" + reference.name() + "' in "
                        + String.join(", ", keys) + ".");
            }
        }
        return notes;
    }
}
