package dev.mojave.result.study;

import dev.mojave.result.PlanResult;
import java.util.List;

/**
 * What a study will need on this machine.
 *
 * @param arms one an arm, in the order of the recipe
 * @param seeds trials of each
 * @param trainSeconds all trials, one after another, without evaluations and checkpoints
 */
public record StudyPlanResult(List<Arm> arms, int seeds, double trainSeconds) {
    /**
     * What one trial of an arm will need.
     *
     * @param name the arm's name
     * @param model the model in one line
     * @param plan figures of one trial
     */
    public record Arm(String name, String model, PlanResult plan) {}
}
