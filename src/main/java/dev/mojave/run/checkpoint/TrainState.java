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
 * The content of a checkpoint's state.json: everything besides weights and moments that a run needs to resume bit for bit.
 *
 * @param version version of this file's format; this program writes {@value #VERSION} and also reads 1
 * @param step optimiser steps done
 * @param tokens training tokens seen
 * @param words training words seen; null if the data does not count them
 * @param cursor position of the sampler of the training data
 * @param listeners state of each listener of the run, by the listener's key
 * @param elapsedSeconds training time so far, in seconds
 * @param engine the engine's choices that the run is pinned to, by key
 * @param dataSha256 SHA-256 of the data to which the cursor refers
 * @param recipeSha256 SHA-256 of the run's recipe
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

    /** The key of the evaluation in {@code listeners}. */
    public static final String EVALUATION = "evaluation";

    /** Copies the maps, so that they cannot change. */
    public TrainState {
        listeners = Map.copyOf(listeners);
        engine = Map.copyOf(engine);
    }

    /**
     * Reads a state. Format 1 had the best loss at the top level, and the state of a random stream that is no longer used: a
     * resumed run with dropout or noise therefore draws other random numbers than the original program would have.
     *
     * @throws Failure of kind DATA if it is damaged or has an unsupported format version
     */
    static TrainState read(Path file) {
        ObjectNode tree = Json.read(file, ObjectNode.class);
        int version = tree.path("version").asInt(0);
        if (version < 1 || version > VERSION) {
            throw Failure.data(
                    "%s was written by another version of Mojave (format %d; this version reads 1 to %d); resume with that version",
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
