package dev.mojave.report;

import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where the lead over training changed hands: the first evaluation whose interval lies on one side of zero after one whose interval lay
 * on the other. Between the two the interval may hold zero for a while. Each interval stands for itself, so a turn that comes and goes
 * within a few evaluations can be chance.
 *
 * @param words what happened, without a full stop
 */
record TurningPoint(String words) {
    /** Says it of one comparison; absent where no evaluation is shared. */
    static Optional<TurningPoint> of(List<GapPoint> gap, Comparison comparison) {
        List<GapPoint> points = gap.stream()
                .filter(point -> point.a().equals(comparison.a()) && point.b().equals(comparison.b()))
                .sorted(Comparator.comparingLong(GapPoint::tokens))
                .toList();
        if (points.isEmpty()) {
            return Optional.empty();
        }
        boolean intervals = points.stream().anyMatch(point -> point.ciLow() != null && point.ciHigh() != null);
        return Optional.of(
                new TurningPoint(intervals ? of(points) : "no turning point can be shown: one seed has no interval"));
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
            return "no evaluation shows a lead of either";
        }
        String ahead = led > 0 ? b : a;
        String end = leads(points.getLast()) == 0 ? ", a lead that the last evaluation no longer shows" : "";
        if (turns == 0) {
            return ahead + " is ahead from " + tokens(since) + " tokens on, and " + (led > 0 ? a : b) + " never" + end;
        }
        String more = turns == 1 ? "" : ", the last of " + turns + " turns";
        return "the lead passes from " + (led > 0 ? a : b) + " to " + ahead + " at " + tokens(since) + " tokens" + more
                + end;
    }

    /** 1 where the interval shows b ahead, -1 where a, 0 where it holds zero. */
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
