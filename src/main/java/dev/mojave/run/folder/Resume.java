package dev.mojave.run.folder;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.base.tree.Trees;
import dev.mojave.nn.RateShape;
import dev.mojave.run.recipe.Recipe;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a run may go on with a recipe. Everything that decides what is learned must be equal; what only decides how often to look and to
 * save may change: {@code name}, {@code train.checkpoint}, {@code train.eval_every} and {@code train.log_every}. So may {@code engine}: a run is
 * pinned to the choices in its checkpoint, and asking for others is how a machine that cannot honour them continues it, not bit for bit.
 * Another length ({@code train.steps} and its siblings) is the caller's to judge: it may not change what was computed so far.
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
     * @param run the run's folder, for the message
     * @return whether the recipe gives training another length
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
                    "%s was started with another recipe and cannot go on with this one: %s; undo that, or start anew with another --name"
                            + " (--from %s takes its weights)%s",
                    run.path(), keys, ShellWord.of(run.path()), hint(stored, differences, others));
        }
        return !differences.isEmpty();
    }

    /** A warm-up that nobody typed follows from the number of steps, which surprises those who only wanted more of them. */
    private static String hint(Recipe stored, List<Trees.Difference> differences, List<Trees.Difference> others) {
        boolean warmupAlone = others.size() == 1 && others.getFirst().path().equals(WARMUP);
        boolean extensible = switch (stored.train().schedule()) {
            case RateShape.Constant _, RateShape.Wsd _ -> true;
            case RateShape.Cosine _, RateShape.Linear _ -> false;
        };
        return extensible && warmupAlone && differences.size() > 1
                ? ". The warm-up follows from train.steps unless it is set: to train longer, add --set " + WARMUP + "="
                        + others.getFirst().before()
                : "";
    }

    private static boolean isFree(String path) {
        return FREE.stream().anyMatch(free -> path.equals(free) || path.startsWith(free + "."));
    }
}
