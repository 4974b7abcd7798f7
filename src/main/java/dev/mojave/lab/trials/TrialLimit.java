package dev.mojave.lab.trials;

import dev.mojave.base.Failure;

/** Limits the number of trials of an experiment, so that a slip in a list of values does not fill a disk or a month. */
public final class TrialLimit {
    /** More trials than this run only if {@code --yes} confirms them. */
    public static final long MANY = 500;

    /** The most trials of an experiment: each is a folder and a process. */
    static final long MOST = 100_000;

    private TrialLimit() {}

    /**
     * Checks a number of trials.
     *
     * @param place names the recipe in messages
     * @param trials number of trials; a double, because products of long lists exceed a long
     * @param factors the factors of that number, for example {@code 2 points, 300 seeds}
     * @param kind word for the experiment
     * @param remedy what to change if there are too many to run at all
     * @param confirmed whether {@code --yes} was given
     * @throws Failure of kind USAGE
     */
    public static void check(
            String place, double trials, String factors, String kind, String remedy, boolean confirmed) {
        if (trials > MOST) {
            throw Failure.usage(
                    "%s: %,.0f trials (%s) are more than the limit of %,d per %s; %s",
                    place, trials, factors, MOST, kind, remedy);
        }
        if (trials > MANY && !confirmed) {
            throw Failure.usage(
                    "%s: %,.0f trials (%s) are more than %,d; confirm them with --yes ('mojave plan' estimates how long they take)",
                    place, trials, factors, MANY);
        }
    }
}
