package dev.mojave.result;

import org.jspecify.annotations.Nullable;

/**
 * One line of the list of runs.
 *
 * @param name the run's name; for a study's trial the path under the output folder
 * @param path its folder
 * @param state running, finished, failed or interrupted
 * @param reason why it failed or stopped, if it did
 * @param step optimiser steps done
 * @param totalSteps planned, 0 if not known yet
 * @param trainLoss last training loss, nats per token
 * @param valLoss last validation loss, nats per token
 * @param bestValLoss best validation loss, nats per token
 * @param heartbeat ISO-8601 instant of its last word, empty if there was none
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
