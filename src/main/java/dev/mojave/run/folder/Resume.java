package dev.mojave.run.folder;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Trees;
import dev.mojave.nn.RateShape;
import dev.mojave.run.recipe.Recipe;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Checks whether a run may resume with a recipe. Every key that influences what is learned must be equal. Keys that only control
 * how often to evaluate, log and save may change: {@code name}, {@code train.checkpoint}, {@code train.eval_every} and {@code
 * train.log_every}. So may {@code engine}: a run is pinned to the choices in its checkpoint, and other choices let a machine that
 * does not support them continue the run, though not bit for bit. The caller decides about another length ({@code train.steps}
 * and its alternatives), which must not change the steps computed so far.
 */
public final class Resume {
    private static final List<String> FREE =
            List.of("name", "train.checkpoint", "train.eval_every", "train.log_every", "engine");

    private static final List<String> LENGTH = List.of("train.steps", "train.tokens", "train.words", "train.epochs");
    private static final String WARMUP = "train.schedule.warmup_steps";

    private Resume() {}

    /**
     * Checks a recipe against the one that the run was started with.
     *
     * @param run the run, for the message
     * @return whether the recipes differ in the length of training
     * @throws Failure of kind USAGE that lists the keys that differ
     */
    public static boolean check(RunFolder run, Recipe stored, Recipe given) {
        List<Trees.Difference> differences = Trees.differences(stored.tree(), given.tree()).stream()
                .filter(difference -> !isFree(difference.path()))
                .toList();
        List<Trees.Difference> others = differences.stream()
                .filter(difference -> !LENGTH.contains(difference.path()))
                .toList();
        if (!others.isEmpty()) {
            String keys = differences.stream().map(Trees.Difference::toString).collect(Collectors.joining(", "));
            throw Failure.usage(
                    "%s was started with another recipe and cannot resume with this one: %s; undo the change, or start again with another --name"
                            + " (--from %s starts from its weights)%s",
                    run.path(), keys, ShellWord.of(run.path()), hint(stored, differences, others));
        }
        return !differences.isEmpty();
    }

    /**
     * Explains a difference in a default: a warm-up that was not set follows from the number of steps, which surprises users who
     * only wanted more steps.
     */
    private static String hint(Recipe stored, List<Trees.Difference> differences, List<Trees.Difference> others) {
        boolean warmupAlone = others.size() == 1 && others.getFirst().path().equals(WARMUP);
        boolean extensible = switch (stored.train().schedule()) {
            case RateShape.Constant _, RateShape.Wsd _ -> true;
            case RateShape.Cosine _, RateShape.Linear _ -> false;
        };
        return extensible && warmupAlone && differences.size() > 1
                ? ". The warm-up follows from train.steps unless it is set; to train longer, add --set " + WARMUP + "="
                        + others.getFirst().before()
                : "";
    }

    private static boolean isFree(String path) {
        return FREE.stream().anyMatch(free -> path.equals(free) || path.startsWith(free + "."));
    }
}
