package dev.mojave.report;

import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The point of training at which the lead changed hands: the first evaluation whose interval lies on one side of zero after an evaluation
 * whose interval lay on the other side. Between the two, the interval may contain zero for a while. The intervals are pointwise, so a lead
 * that comes and goes within a few evaluations can be due to chance.
 *
 * @param words what happened, without a full stop
 */
record TurningPoint(String words) {
    /** Returns the turning point of one comparison; empty if the two arms share no evaluation. */
    static Optional<TurningPoint> of(List<GapPoint> gap, Comparison comparison) {
        List<GapPoint> points = gap.stream()
                .filter(point -> point.a().equals(comparison.a()) && point.b().equals(comparison.b()))
                .sorted(Comparator.comparingLong(GapPoint::tokens))
                .toList();
        if (points.isEmpty()) {
            return Optional.empty();
        }
        boolean intervals = points.stream().anyMatch(point -> point.ciLow() != null && point.ciHigh() != null);
        return Optional.of(new TurningPoint(
                intervals ? of(points) : "no turning point can be shown, because one seed gives no interval"));
    }

    private static String of(List<GapPoint> points) {
        String a = points.getFirst().a();
        String b = points.getFirst().b();
        int led = 0;
        int turns = 0;
        long since = 0;
        for (GapPoint point : points) {
            int leads = leads(point);
            if (leads != 0 && leads != led) {
                turns += led == 0 ? 0 : 1;
                since = point.tokens();
                led = leads;
            }
        }
        if (led == 0) {
            return "no evaluation shows either arm ahead";
        }
        String ahead = led > 0 ? b : a;
        String end = leads(points.getLast()) == 0 ? "; the last evaluation no longer shows this lead" : "";
        if (turns == 0) {
            return ahead + " is ahead from " + tokens(since) + " tokens on, and " + (led > 0 ? a : b)
                    + " is never ahead" + end;
        }
        String more = turns == 1 ? "" : ", the last of " + turns + " changes of lead";
        return "the lead passes from " + (led > 0 ? a : b) + " to " + ahead + " at " + tokens(since) + " tokens" + more
                + end;
    }

    /** Returns 1 if the interval shows b ahead, -1 if it shows a ahead, and 0 if it contains zero. */
    private static int leads(GapPoint point) {
        Double low = point.ciLow();
        Double high = point.ciHigh();
        if (low == null || high == null) {
            return 0;
        }
        return low > 0 ? 1 : high < 0 ? -1 : 0;
    }

    private static String tokens(long tokens) {
        return Numbers.tick(Numbers.roundTo((double) tokens, 3), Format.COUNT);
    }
}
