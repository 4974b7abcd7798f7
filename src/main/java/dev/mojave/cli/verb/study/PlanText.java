package dev.mojave.cli.verb.study;

import dev.mojave.base.Plural;
import dev.mojave.base.Units;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.lab.sweep.SweptKey;
import dev.mojave.result.PlanResult;
import dev.mojave.result.study.MapPlanResult;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Formats plans. */
final class PlanText {
    private PlanText() {}

    /** Formats the plan of a sweep. */
    static String of(SweepRecipe sweep, SweepPlanResult plan) {
        String text = String.format(
                Locale.ROOT,
                """
                %s: %s of %s
                trials            %s%,d, %s per point
                training tokens   %s
                FLOPs             %s""",
                sweep.name(),
                Plural.of(plan.points(), "point"),
                String.join(
                        ", ", sweep.space().keys().stream().map(SweptKey::path).toList()),
                plan.atLeast() ? "at least " : "",
                plan.trials(),
                Plural.of(plan.seeds(), "seed"),
                Units.count((double) plan.tokens()),
                Units.count(plan.flops()));
        return text + times(plan.times());
    }

    private static String times(List<SweepPlanResult.Time> times) {
        StringBuilder text = new StringBuilder();
        for (SweepPlanResult.Time time : times) {
            text.append(String.format(
                    Locale.ROOT,
                    "\n%-17s %s (--jobs %d)",
                    "with " + Plural.of(time.jobs(), "job"),
                    time.words(),
                    time.jobs()));
        }
        return text.toString();
    }

    /** Formats the plan of a study with axes or tuning. */
    static String of(StudyDesign design, MapPlanResult plan) {
        String axes = design.axes().isEmpty()
                ? "1 comparison"
                : String.format(
                        Locale.ROOT,
                        "%,d cells of %s",
                        plan.cells(),
                        String.join(" x ", design.axes().keySet()));
        return String.format(
                        Locale.ROOT,
                        """
                        %s: %s
                        trials            %,d: %,d for tuning, %,d for comparing %d arms with %s
                        training tokens   %s
                        FLOPs             %s""",
                        design.name(),
                        axes,
                        plan.trials(),
                        plan.tuningTrials(),
                        plan.trials() - plan.tuningTrials(),
                        plan.arms(),
                        Plural.of(plan.seeds(), "seed"),
                        Units.count((double) plan.tokens()),
                        Units.count(plan.flops()))
                + times(plan.times());
    }

    /** Returns a warning if a plan does not fit this machine. */
    static Optional<String> warning(PlanResult plan) {
        return plan.peakMemoryBytes() <= plan.machineMemoryBytes()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "this needs more memory than the machine has (%s); use a smaller train.micro_batch_size or train.recompute: true",
                        Units.bytes((double) plan.machineMemoryBytes())));
    }

    /** Formats the time of a step in milliseconds, or in seconds or minutes if it is long. */
    static String step(PlanResult plan) {
        return plan.stepSeconds() < 10
                ? String.format(Locale.ROOT, "%.0f ms", plan.stepSeconds() * 1e3)
                : Units.seconds(plan.stepSeconds());
    }

    /** Formats the plan of one model. */
    static String of(Recipe recipe, PlanResult plan) {
        return String.format(
                Locale.ROOT,
                """
                %s: %s
                parameters        %,d, of which each token uses %,d
                FLOPs per token   %s
                step              %s, %s
                training          %s, without evaluations
                peak memory       %s""",
                recipe.name(),
                recipe.model().describe(),
                plan.parametersTotal(),
                plan.parametersActive(),
                Units.count((double) plan.flopsPerToken()),
                step(plan),
                Plural.of(plan.steps(), "step"),
                Units.seconds(plan.trainSeconds()),
                Units.bytes((double) plan.peakMemoryBytes()));
    }
}
