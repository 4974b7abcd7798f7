package dev.mojave.result;

/**
 * What a training run will need on this machine.
 *
 * @param parametersTotal parameters that are trained
 * @param parametersActive those that one token uses
 * @param flopsPerToken FLOPs of a training step per token
 * @param steps optimiser steps of the whole run
 * @param stepSeconds one of them, predicted
 * @param trainSeconds all of them, without evaluations and checkpoints
 * @param peakMemoryBytes largest resident memory of the process, predicted
 * @param machineMemoryBytes what the machine has
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
