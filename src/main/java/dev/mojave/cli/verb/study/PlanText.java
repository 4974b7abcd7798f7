package dev.mojave.cli.verb.study;

import dev.mojave.base.Units;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.lab.sweep.SweptKey;
import dev.mojave.result.PlanResult;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import java.util.Locale;
import java.util.Optional;

/** Plans in words. */
final class PlanText {
    private PlanText() {}

    /** Returns what a sweep's plan says. */
    static String of(SweepRecipe sweep, SweepPlanResult plan) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                """
                %s: %,d points of %s
                trials            %s%,d, %d seed%s each
                training tokens   %s
                FLOPs             %s""",
                sweep.name(),
                plan.points(),
                String.join(
                        ", ", sweep.space().keys().stream().map(SweptKey::path).toList()),
                plan.atLeast() ? "at least " : "",
                plan.trials(),
                plan.seeds(),
                plan.seeds() == 1 ? "" : "s",
                Units.count((double) plan.tokens()),
                Units.count(plan.flops())));
        for (SweepPlanResult.Time time : plan.times()) {
            text.append(String.format(
                    Locale.ROOT,
                    "\n%-17s %s (--jobs %d)",
                    "at " + time.jobs() + (time.jobs() == 1 ? " job" : " jobs"),
                    time.words(),
                    time.jobs()));
        }
        return text.toString();
    }

    /** Returns what is wrong with a plan, if anything is. */
    static Optional<String> warning(PlanResult plan) {
        return plan.peakMemoryBytes() <= plan.machineMemoryBytes()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "that is more memory than there is (%s); use a smaller train.micro_batch_size or train.recompute: true",
                        Units.bytes((double) plan.machineMemoryBytes())));
    }

    /** Returns a step's time in milliseconds, or in seconds and minutes where there are many. */
    static String step(PlanResult plan) {
        return plan.stepSeconds() < 10
                ? String.format(Locale.ROOT, "%.0f ms", plan.stepSeconds() * 1e3)
                : Units.seconds(plan.stepSeconds());
    }

    /** Returns what one model's plan says. */
    static String of(Recipe recipe, PlanResult plan) {
        return String.format(
                Locale.ROOT,
                """
                %s: %s
                parameters        %,d, of which a token uses %,d
                FLOPs a token     %s
                step              %s, %,d steps
                training          %s, evaluations apart
                peak memory       %s""",
                recipe.name(),
                recipe.model().describe(),
                plan.parametersTotal(),
                plan.parametersActive(),
                Units.count((double) plan.flopsPerToken()),
                step(plan),
                plan.steps(),
                Units.seconds(plan.trainSeconds()),
                Units.bytes((double) plan.peakMemoryBytes()));
    }
}
