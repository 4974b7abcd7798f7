package dev.mojave.lab.statistics;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a gap between two arms changes sign along a scale of budgets: the point from which on the arm that leads at the largest budget leads
 * throughout. Between two budgets the gap is interpolated linearly in the logarithm of the budget.
 *
 * @param leads the sign of the mean gap at the largest budget: 1, -1, or 0 if it is exactly zero
 * @param at the point; {@link Double#NEGATIVE_INFINITY} if that arm leads at every budget, {@link Double#POSITIVE_INFINITY} if none leads
 * @param changes how often the mean gap changes sign
 * @param interval from a bootstrap over seeds, which draws a seed with its gaps at all budgets; an end is infinite if it lies outside the
 *     budgets; empty for one seed
 */
public record Turning(int leads, double at, int changes, Optional<Statistics.Interval> interval) {
    /**
     * Finds the turning point.
     *
     * @param budgets at least two, positive and increasing
     * @param gaps one list per seed, with the gap at every budget
     * @param level confidence level
     */
    public static Turning of(List<Double> budgets, List<List<Double>> gaps, double level) {
        Check.that(budgets.size() >= 2, "a turning point needs at least two budgets, got %d", budgets.size());
        Check.that(!gaps.isEmpty(), "a turning point needs at least one seed");
        for (int i = 0; i < budgets.size(); i++) {
            Check.that(
                    budgets.get(i) > (i == 0 ? 0 : budgets.get(i - 1)),
                    "budgets (%s) must be positive and rise",
                    budgets);
        }
        gaps.forEach(
                one -> Check.that(one.size() == budgets.size(), "%d gaps for %d budgets", one.size(), budgets.size()));
        List<Double> mean = mean(gaps);
        int leads = (int) Math.signum(mean.getLast());
        int changes = (int) IntStream.range(1, mean.size())
                .filter(i -> Math.signum(mean.get(i)) != Math.signum(mean.get(i - 1)))
                .count();
        Optional<Statistics.Interval> interval = gaps.size() == 1
                ? Optional.empty()
                : Optional.of(Bootstrap.over(gaps, sample -> point(budgets, mean(sample), leads))
                        .interval(level));
        return new Turning(leads, point(budgets, mean, leads), changes, interval);
    }

    private static List<Double> mean(List<List<Double>> gaps) {
        List<Double> mean = new ArrayList<>();
        for (int i = 0; i < gaps.getFirst().size(); i++) {
            int at = i;
            mean.add(Statistics.mean(gaps.stream().map(one -> one.get(at)).toList()));
        }
        return mean;
    }

    /** Returns the point from which {@code leads * gap} is positive. */
    private static double point(List<Double> budgets, List<Double> gap, int leads) {
        if (leads * gap.getLast() <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        for (int i = gap.size() - 2; i >= 0; i--) {
            double before = leads * gap.get(i);
            if (before <= 0) {
                double after = leads * gap.get(i + 1);
                double from = Math.log(budgets.get(i));
                return Math.exp(from + (Math.log(budgets.get(i + 1)) - from) * (-before / (after - before)));
            }
        }
        return Double.NEGATIVE_INFINITY;
    }
}
