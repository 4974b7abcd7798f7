package dev.mojave.report;

import dev.mojave.report.plot.Numbers;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.StudyResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A study with its trials, and the queries that several parts of the report share.
 *
 * @param result the content of results.json
 * @param runs one record per trial; trials may be missing or unfinished
 */
record Study(StudyResult result, List<RunRecord> runs) {
    private static final int PAIRS_FOR_INTERVAL = 2;

    /** Returns the arm's colour slot: its position in the recipe. */
    int slot(String arm) {
        List<String> names = Stream.concat(
                        result.arms().stream().map(ArmResult::name),
                        runs.stream().map(RunRecord::arm))
                .distinct()
                .toList();
        return Math.max(0, names.indexOf(arm));
    }

    /** Returns the runs whose curves represent the arm: the finished ones, or all of them if none has finished. */
    List<RunRecord> shown(String arm) {
        List<RunRecord> all = runs.stream().filter(run -> run.arm().equals(arm)).toList();
        List<RunRecord> finished = all.stream().filter(Study::finished).toList();
        return finished.isEmpty() ? all : finished;
    }

    /** Returns whether the trial has finished. */
    static boolean finished(RunRecord run) {
        return run.state().equals("finished");
    }

    /** Returns the arm that is the second one of every comparison, if there is one. */
    Optional<String> reference() {
        List<String> sides =
                result.comparisons().stream().map(Comparison::b).distinct().toList();
        return sides.size() == 1 ? Optional.of(sides.getFirst()) : Optional.empty();
    }

    /** Returns the number of training tokens of the longest trial, 0 if nothing was logged. */
    double tokens() {
        return runs.stream()
                .flatMap(run -> run.series().stream())
                .flatMap(series -> series.tokens().stream())
                .mapToDouble(Long::doubleValue)
                .max()
                .orElse(0);
    }

    /** Returns the interval's lower end, NaN if there is none. */
    static double low(Comparison comparison) {
        return Numbers.orNaN(comparison.ciLow());
    }

    /** Returns the interval's upper end, NaN if there is none. */
    static double high(Comparison comparison) {
        return Numbers.orNaN(comparison.ciHigh());
    }

    /** Returns whether the comparison has an interval; with one seed it has none. */
    static boolean hasInterval(Comparison comparison) {
        return comparison.n() >= PAIRS_FOR_INTERVAL
                && Double.isFinite(low(comparison))
                && Double.isFinite(high(comparison));
    }

    /** Returns the difference and its interval as printed, without the unit. */
    static String figures(Comparison comparison) {
        return hasInterval(comparison)
                ? Numbers.interval(comparison.difference(), low(comparison), high(comparison))
                : Numbers.signed(comparison.difference(), 4);
    }

    /** Returns the conclusion that the interval allows, in a few words. */
    static String reading(Comparison comparison) {
        if (!hasInterval(comparison)) {
            return "one seed, so there is no interval and nothing is shown";
        }
        if (low(comparison) > 0) {
            return comparison.b() + " is better";
        }
        return high(comparison) < 0 ? comparison.a() + " is better" : "no difference shown";
    }

    /** Returns the quantity that a budget counts, in words. */
    static String budget(ArmResult.Match match) {
        return switch (match.by()) {
            case "active" -> "active parameters";
            case "total" -> "total parameters";
            case "flops" -> "FLOPs per token";
            case String other -> other;
        };
    }

    /** Returns the suffix that says by what an arm was matched, such as {@code ", equal active parameters"}; empty for an arm without a match. */
    String matched(String name) {
        return result.arms().stream()
                .filter(arm -> arm.name().equals(name))
                .map(ArmResult::match)
                .map(match -> match == null ? "" : ", equal " + budget(match))
                .findFirst()
                .orElse("");
    }

    /** Returns the name of a comparison: a − b. */
    static String label(String a, String b) {
        return a + " − " + b;
    }
}
