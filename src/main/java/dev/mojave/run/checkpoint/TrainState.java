package dev.mojave.run.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * state.json of a checkpoint: all that a run needs besides weights and moments to go on bit for bit.
 *
 * @param version of this file's format; this program writes {@value #VERSION} and reads 1 too
 * @param step optimiser steps done
 * @param tokens training tokens seen
 * @param words training words seen, where the data counts them
 * @param cursor where the sampler of the training data stands
 * @param listeners what each listener of the run must know to go on, by the listener's key
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
        Map<String, JsonNode> listeners,
        double elapsedSeconds,
        Map<String, String> engine,
        String dataSha256,
        String recipeSha256) {
    /** The format that this program writes. */
    public static final int VERSION = 2;

    /** The key of the evaluation among the listeners. */
    public static final String EVALUATION = "evaluation";

    /** Keeps the maps from changing. */
    public TrainState {
        listeners = Map.copyOf(listeners);
        engine = Map.copyOf(engine);
    }

    /**
     * Reads a state. Format 1 had the best loss at the top, and the state of a random stream, which no run needs any more: a run with
     * dropout or noise goes on from other random numbers than it would have drawn.
     *
     * @throws Failure of kind DATA if it is damaged or of a format that this program does not know
     */
    static TrainState read(Path file) {
        ObjectNode tree = Json.read(file, ObjectNode.class);
        int version = tree.path("version").asInt(0);
        if (version < 1 || version > VERSION) {
            throw Failure.data(
                    "%s was written by another version of Mojave (format %d; this one reads 1 to %d); go on with that version",
                    file, version, VERSION);
        }
        if (version == 1) {
            JsonNode best = tree.remove("best_val_loss");
            tree.remove("rng");
            ObjectNode listeners = tree.putObject("listeners");
            if (best != null && best.isNumber()) {
                listeners.putObject(EVALUATION).set("best_val_loss", best);
            }
            tree.put("version", VERSION);
        }
        return Json.convert(tree, TrainState.class, file);
    }
}
