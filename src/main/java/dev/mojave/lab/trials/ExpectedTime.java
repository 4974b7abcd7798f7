package dev.mojave.lab.trials;

import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.TrainSpec;
import java.util.List;
import java.util.Locale;

/**
 * The expected duration of trials: their steps at the measured speed, their evaluations, and a fixed overhead for each. It is a
 * range, since a measurement of a few seconds cannot foresee other load on the machine.
 *
 * @param low seconds on an otherwise idle machine
 * @param high seconds on a machine with other load
 */
public record ExpectedTime(double low, double high) {
    /** Cost of a forward pass as a share of a training step. */
    private static final double FORWARD = 1.0 / 3;

    /** Overhead of a trial in seconds: process start, JIT compilation, a text sample, the last checkpoint. */
    private static final double SECONDS_BESIDE = 6;

    private static final double SPREAD = 1.4;
    private static final double MINUTE = 60;

    /**
     * Predicts the duration.
     *
     * @param open trials that have yet to be trained
     * @param jobs number of trials that run side by side
     * @param stepsPerSecond total rate of the sample's steps over all trials that run side by side
     * @param sample the measured recipe; the duration of other recipes' steps is scaled by FLOPs
     * @param heldOutTokens tokens of the validation split, all of which the last evaluation reads
     */
    public static ExpectedTime of(
            List<Trial> open, int jobs, double stepsPerSecond, Recipe sample, long heldOutTokens) {
        double unit = flopsPerStep(sample);
        double steps = open.stream()
                .mapToDouble(trial -> steps(trial, heldOutTokens) * flopsPerStep(trial.recipe()) / unit)
                .sum();
        int rounds = Math.ceilDiv(open.size(), jobs);
        double low = steps / stepsPerSecond + rounds * SECONDS_BESIDE;
        return new ExpectedTime(low, low * SPREAD);
    }

    private static double flopsPerStep(Recipe recipe) {
        return tokensPerStep(recipe) * (double) recipe.model().counts().flopsPerToken();
    }

    private static double tokensPerStep(Recipe recipe) {
        return (double) recipe.train().batchSize() * recipe.model().maxPositionEmbeddings();
    }

    /** Returns the training steps, plus the cost of evaluations in steps. */
    private static double steps(Trial trial, long heldOutTokens) {
        TrainSpec train = trial.recipe().train();
        double tokensPerStep = tokensPerStep(trial.recipe());
        double steps = (double) trial.tokens() / tokensPerStep;
        double during = Math.floor(steps / train.evalEvery())
                * (double) Math.min(heldOutTokens, train.evalTokens().tokens());
        return steps + FORWARD * (during + (double) heldOutTokens) / tokensPerStep;
    }

    /** Returns the range in words, {@code "about 4 to 6 minutes"}: in seconds below two minutes, in hours from two hours on. */
    public String words() {
        if (high < 2 * MINUTE) {
            return words(10, 10, "seconds");
        }
        return high < 2 * MINUTE * MINUTE ? words(MINUTE, 1, "minutes") : words(MINUTE * MINUTE, 1, "hours");
    }

    private String words(double unit, long shown, String name) {
        long from = Math.max(1, (long) Math.floor(low / unit));
        long to = Math.max(from + 1, (long) Math.ceil(high / unit));
        return String.format(Locale.ROOT, "about %d to %d %s", from * shown, to * shown, name);
    }
}
