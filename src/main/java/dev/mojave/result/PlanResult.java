package dev.mojave.result;

/**
 * Predicted time and memory of a training run on this machine.
 *
 * @param parametersTotal number of trained parameters
 * @param parametersActive number of parameters that one token uses
 * @param flopsPerToken FLOPs of training per token
 * @param steps optimiser steps of the whole run
 * @param stepSeconds predicted seconds per step
 * @param trainSeconds predicted seconds of all steps, without evaluations and checkpoints
 * @param peakMemoryBytes predicted peak resident memory of the process
 * @param machineMemoryBytes memory of the machine
 */
public record PlanResult(
        long parametersTotal,
        long parametersActive,
        long flopsPerToken,
        long steps,
        double stepSeconds,
        double trainSeconds,
        long peakMemoryBytes,
        long machineMemoryBytes) {}
