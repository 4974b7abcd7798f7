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
 * Checks whether a run may continue to another length than the one that it was started with: every step so far must be the same
 * as in a run that had the new length from the start. The quantities that depend on the length, the learning rate and the
 * coefficients of balance losses, are compared step by step. So a run can always be lengthened with a constant schedule, with wsd
 * until its decay begins, and with cosine and linear during warm-up.
 */
final class Extension {
    private final RunFolder run;
    private final Recipe recipe;
    private final long done;

    /**
     * @param run the run, for messages
     * @param recipe the recipe that it was started with
     * @param done number of optimiser steps done
     */
    Extension(RunFolder run, Recipe recipe, long done) {
        this.run = run;
        this.recipe = recipe;
        this.done = done;
    }

    /** Checks two lengths if both are given in steps; the number of steps of other lengths depends on the data. */
    void check(TrainLength before, TrainLength after) {
        if (before instanceof TrainLength.Steps(long from) && after instanceof TrainLength.Steps(long to)) {
            check(from, to);
        }
    }

    /**
     * Checks two lengths in optimiser steps.
     *
     * @throws Failure of kind USAGE that names the first step that differs
     */
    void check(long before, long after) {
        if (after <= done) {
            throw Failure.usage(
                    "%s has already done %,d optimiser steps, but the new length is %,d; set a length of more steps",
                    run.path(), done, after);
        }
        firstDifference(before, after).ifPresent(reason -> {
            throw Failure.usage(
                    "%s cannot continue to %,d optimiser steps instead of %,d: %s. A run can be lengthened only with a constant schedule, with wsd"
                            + " before its decay, or during warm-up; start again with another --name (--from %s starts from its weights)",
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
                return Optional.of("the coefficients of its balance losses depend on the length, from step "
                        + (step + 1) + " on (give their schedules 'steps')");
            }
        }
        return Optional.empty();
    }

    private static String rate(RateShape schedule, long step, long before, double had, double has) {
        boolean warming = schedule.warmupFraction() != null && step < schedule.warmup(before);
        String what = warming
                ? "its warm-up is a fraction of the length"
                : switch (schedule) {
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
