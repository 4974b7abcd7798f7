package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.nn.LearningRate;
import dev.mojave.nn.RateShape;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.TrainLength;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a run may go on to another length than the one that it was started with: if every step so far would have been the same in a run of
 * the new length from the start. What depends on the length is compared step by step: the learning rate, and the coefficients of balance
 * losses. So a constant schedule may always be lengthened, wsd until its decay begins, and cosine and linear while they warm up.
 */
final class Extension {
    private final RunFolder run;
    private final Recipe recipe;
    private final long done;

    /**
     * @param run the run's folder, for messages
     * @param recipe the recipe that it was started with
     * @param done optimiser steps that it has done
     */
    Extension(RunFolder run, Recipe recipe, long done) {
        this.run = run;
        this.recipe = recipe;
        this.done = done;
    }

    /** Checks two lengths that are given in steps; what other lengths come to is known only with the data. */
    void check(TrainLength before, TrainLength after) {
        if (before instanceof TrainLength.Steps(long from) && after instanceof TrainLength.Steps(long to)) {
            check(from, to);
        }
    }

    /**
     * Checks two lengths in optimiser steps.
     *
     * @throws Failure of kind USAGE that says from which step on they differ
     */
    void check(long before, long after) {
        if (after <= done) {
            throw Failure.usage(
                    "%s has done %,d optimiser steps, and the length now asked for is %,d: give it more than it has done",
                    run.path(), done, after);
        }
        firstDifference(before, after).ifPresent(reason -> {
            throw Failure.usage(
                    "%s cannot go on for %,d optimiser steps instead of %,d: %s. A run keeps its past only with a constant schedule, with wsd"
                            + " before its decay, or during warm-up; start anew with another --name (--from %s takes its weights)",
                    run.path(), after, before, reason, ShellWord.of(run.path()));
        });
    }

    private Optional<String> firstDifference(long before, long after) {
        LearningRate schedule = recipe.train().rate();
        for (long step = 0; step < done; step++) {
            double had = schedule.at(step, before);
            double has = schedule.at(step, after);
            if (had != has) {
                return Optional.of(rate(schedule.shape(), step, before, had, has));
            }
            if (!recipe.model()
                    .balanceCoefficients(step, before)
                    .equals(recipe.model().balanceCoefficients(step, after))) {
                return Optional.of("the coefficients of its balance losses move with the length, from step "
                        + (step + 1) + " on (give their schedules 'steps')");
            }
        }
        return Optional.empty();
    }

    private static String rate(RateShape schedule, long step, long before, double had, double has) {
        String what = switch (schedule) {
            case RateShape.Cosine _ -> "its cosine schedule depends on the length";
            case RateShape.Linear _ -> "its linear schedule depends on the length";
            case RateShape.Constant _ -> "its schedule depends on the length";
            case RateShape.Wsd _ -> "its decay has begun";
        };
        return String.format(
                Locale.ROOT,
                "%s: step %,d of %,d had the learning rate %.4g and would have had %.4g",
                what,
                step + 1,
                before,
                had,
                has);
    }
}
