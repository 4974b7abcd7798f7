package dev.mojave.lab.trials;

import dev.mojave.base.Failure;

/** How many trials an experiment may have: a slip in a list of values must not fill a disk, or a month. */
public final class TrialLimit {
    /** More trials than this run only if {@code --yes} confirms them. */
    public static final long MANY = 500;

    /** More trials than this are not run at all: each is a folder and a process. */
    static final long MOST = 100_000;

    private TrialLimit() {}

    /**
     * Checks a number of trials.
     *
     * @param place names the recipe in messages
     * @param trials how many; a double, because products of long lists exceed a long
     * @param factors what they multiply from, for example {@code 2 points, 300 seeds}
     * @param kind word for the experiment
     * @param remedy what to change if there are too many to run at all
     * @param confirmed whether {@code --yes} was given
     * @throws Failure of kind USAGE
     */
    public static void check(
            String place, double trials, String factors, String kind, String remedy, boolean confirmed) {
        if (trials > MOST) {
            throw Failure.usage(
                    "%s: %,.0f trials (%s) are more than the %,d that one %s may have; %s",
                    place, trials, factors, MOST, kind, remedy);
        }
        if (trials > MANY && !confirmed) {
            throw Failure.usage(
                    "%s: %,.0f trials (%s) are more than %,d; --yes says that so many are meant, 'mojave plan' says how long they take",
                    place, trials, factors, MANY);
        }
    }
}
