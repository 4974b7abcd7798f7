package dev.mojave.result.study;

import dev.mojave.result.PlanResult;
import java.util.List;

/**
 * Predicted time and memory of a study on this machine.
 *
 * @param arms the plans of the arms, in the order of the recipe
 * @param seeds number of trials per arm
 * @param trainSeconds predicted seconds of all trials, run one after another, without evaluations and checkpoints
 */
public record StudyPlanResult(List<Arm> arms, int seeds, double trainSeconds) {
    /**
     * Predicted time and memory of one trial of an arm.
     *
     * @param name name of the arm
     * @param model one-line description of the model
     * @param plan plan of one trial
     */
    public record Arm(String name, String model, PlanResult plan) {}
}
