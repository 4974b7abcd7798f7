package dev.mojave.cli.verb.study;

import dev.mojave.cli.console.Console;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.study.StudyForecast;
import dev.mojave.lab.sweep.SweepForecast;
import dev.mojave.lab.sweep.SweepRecipe;
import dev.mojave.result.study.MapPlanResult;
import dev.mojave.result.study.SweepPlanResult;

/** Plans experiments of many trials as a whole: counts the trials, and predicts their total time from the speed of one of them. */
final class TrialsPlan {
    private TrialsPlan() {}

    /** Prints the plan of a sweep. */
    static void print(SweepRecipe sweep, OwnProgram program, boolean asJson, Console console) {
        SweepPlanResult plan = SweepForecast.of(sweep, new OwnCommands(program), console);
        if (asJson) {
            console.json(plan);
        } else {
            console.print(PlanText.of(sweep, plan));
        }
    }

    /** Prints the plan of a study with axes or tuning. */
    static void print(StudyDesign design, OwnProgram program, boolean asJson, Console console) {
        MapPlanResult plan = StudyForecast.of(design, new OwnCommands(program), console);
        if (asJson) {
            console.json(plan);
        } else {
            console.print(PlanText.of(design, plan));
        }
    }
}
