package dev.mojave.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * state.json of a checkpoint: all that a run needs besides weights and moments to go on bit for bit.
 *
 * @param version of this file's format; this program writes and reads {@value #VERSION}
 * @param step optimiser steps done
 * @param tokens training tokens seen
 * @param words training words seen, where the data counts them
 * @param cursor where the sampler of the training data stands
 * @param rng states of the random streams by name, in base64
 * @param bestValLoss best validation loss so far, nats per token; absent before the first evaluation
 * @param elapsedSeconds training time so far
 * @param engine the machine's choices that the run is pinned to, by key
 * @param dataSha256 checksum of the data that the cursor counts in
 * @param recipeSha256 hash of the recipe that the run was made by
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainState(
        int version,
        long step,
        long tokens,
        @Nullable Long words,
        JsonNode cursor,
        Map<String, String> rng,
        @Nullable Double bestValLoss,
        double elapsedSeconds,
        Map<String, String> engine,
        String dataSha256,
        String recipeSha256) {
    /** The format that this program writes. */
    public static final int VERSION = 1;

    /** Keeps the maps from changing. */
    public TrainState {
        rng = Map.copyOf(rng);
        engine = Map.copyOf(engine);
    }
}
