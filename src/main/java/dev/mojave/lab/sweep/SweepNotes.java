package dev.mojave.lab.sweep;

import dev.mojave.base.Units;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The headline of a sweep, and the caveats of its ranking. */
final class SweepNotes {
    private final SweepRecipe recipe;
    private final List<SweepPoint> points;
    private final Map<String, String> missing;
    private final SweepResult.@Nullable Halving halving;
    private final int jobs;

    SweepNotes(
            SweepRecipe recipe,
            List<SweepPoint> points,
            Map<String, String> missing,
            SweepResult.@Nullable Halving halving,
            int jobs) {
        this.recipe = recipe;
        this.points = points;
        this.missing = missing;
        this.halving = halving;
        this.jobs = jobs;
    }

    /** Returns the sentence that names the best point and the number of points that are significantly worse. */
    static String headline(List<SweepPoint> points) {
        List<SweepPoint> ranked =
                points.stream().filter(point -> point.rank() != null).toList();
        if (ranked.isEmpty()) {
            return "No point is ranked: none has a result for every seed.";
        }
        SweepPoint best = ranked.getFirst();
        int seeds = best.valLoss().values().size();
        String found = String.format(
                Locale.ROOT,
                "Of %d point%s, %s has the lowest validation loss: %.4f%s nats per token",
                ranked.size(),
                ranked.size() == 1 ? "" : "s",
                best.label(),
                best.valLoss().mean(),
                seeds == 1
                        ? ""
                        : String.format(Locale.ROOT, " ± %.4f", best.valLoss().sd()));
        List<SweepPoint.Difference> compared = ranked.stream()
                .flatMap(point -> Stream.ofNullable(point.againstBest()))
                .toList();
        if (seeds == 1) {
            return found + "; with one seed, that may be chance.";
        }
        long shown = compared.stream().filter(SweepPoint.Difference::shown).count();
        return found
                + (compared.isEmpty()
                        ? "."
                        : String.format(
                                Locale.ROOT,
                                "; %d of the %d others with that budget %s significantly worse (%d seeds, Holm's correction).",
                                shown,
                                compared.size(),
                                shown == 1 ? "is" : "are",
                                seeds));
    }

    List<String> all() {
        List<String> notes = new ArrayList<>();
        missing.forEach((trial, reason) -> notes.add("Trial " + trial + " has no result (" + reason
                + "); its point is not ranked" + (halving == null ? "." : " at that rung.")));
        best(notes);
        differences(notes);
        promoted(notes);
        effects(notes);
        followers(notes);
        if (jobs > 1) {
            notes.add("Up to " + jobs
                    + " trials ran side by side on this machine, which affects their speeds and times"
                    + " but not their losses.");
        }
        return notes;
    }

    private void best(List<String> notes) {
        notes.add(
                "The best of many points is partly the luckiest: expect a higher loss from it with other seeds. Points are"
                        + " selected on the validation split; the test split is not used.");
        atTheEdge(notes);
    }

    /** Warns if the best value is at the edge of the tried values, which suggests that they were too narrow. */
    private void atTheEdge(List<String> notes) {
        SweepPoint best = points.stream()
                .filter(point -> Integer.valueOf(1).equals(point.rank()))
                .findFirst()
                .orElse(null);
        if (best == null) {
            return;
        }
        recipe.points().stream()
                .filter(point -> point.name().equals(best.name()))
                .flatMap(point -> recipe.space().edges(point).stream())
                .forEach(edge -> notes.add("The best " + edge + ": the optimum may lie beyond it."));
    }

    private void differences(List<String> notes) {
        int seeds = recipe.seeds().size();
        if (seeds == 1) {
            notes.add("One seed gives no interval: differences may be chance.");
        } else {
            notes.add(
                    "Differences are paired over the " + seeds
                            + " seeds that all points share. The 95% intervals are not corrected for multiple comparisons; the"
                            + " p-values are corrected for all pairs of points (Holm 1979), because the best was selected by the same losses.");
        }
    }

    private void promoted(List<String> notes) {
        if (halving == null) {
            return;
        }
        String reached = IntStream.range(0, halving.rungs().size())
                .mapToObj(i -> halving.reached().get(i) + " at "
                        + Units.count((double) halving.rungs().get(i)))
                .collect(Collectors.joining(", "));
        notes.add("Points by budget in training tokens: " + reached
                + ". Every rung is a separate training run with its own complete learning-rate schedule; points of different rungs are not"
                + " compared, and a setting that does well after little training may not do well after much.");
    }

    private void effects(List<String> notes) {
        if (recipe.space().keys().size() > 1) {
            notes.add("Effects are means over the points that have a value"
                    + (halving == null ? "" : ", all at the first rung")
                    + (recipe.space().samples() > 0
                            ? "; drawn points also differ in their other keys, so small effects may be due to those."
                            : "; their intervals cover only the variation between seeds."));
        }
    }

    private void followers(List<String> notes) {
        Set<String> followers = recipe.followers();
        if (!followers.isEmpty()) {
            notes.add("These keys were not set, and their defaults follow swept keys: " + String.join(", ", followers)
                    + ".");
        }
    }
}
