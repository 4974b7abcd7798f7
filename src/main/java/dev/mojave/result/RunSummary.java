package dev.mojave.result;

import org.jspecify.annotations.Nullable;

/**
 * One line of the list of runs.
 *
 * @param name name of the run; for a trial of a study, its path under the output folder
 * @param path folder of the run
 * @param state running, finished, failed or interrupted
 * @param reason why it failed or stopped; null if it did not
 * @param step number of optimiser steps done
 * @param totalSteps number of planned steps, 0 if not known yet
 * @param trainLoss last training loss, nats per token
 * @param valLoss last validation loss, nats per token
 * @param bestValLoss best validation loss, nats per token
 * @param heartbeat ISO-8601 instant of the last sign of life, empty if there was none
 */
public record RunSummary(
        String name,
        String path,
        String state,
        @Nullable String reason,
        long step,
        long totalSteps,
        @Nullable Double trainLoss,
        @Nullable Double valLoss,
        @Nullable Double bestValLoss,
        String heartbeat) {}
