package dev.mojave.run.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of status.json: the status that a run last reported.
 *
 * @param state the state of the run
 * @param reason why it failed or stopped, in one line; null otherwise
 * @param step optimiser steps done
 * @param totalSteps planned optimiser steps
 * @param heartbeat ISO-8601 instant of this report
 * @param metrics latest finite value of each metric that lists of runs show, for example {@code val/loss}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Status(
        State state,
        @Nullable String reason,
        long step,
        long totalSteps,
        String heartbeat,
        Map<String, Double> metrics) {
    /** The states of a run. */
    public enum State {
        /** It has a recipe, and training has not begun. */
        @JsonProperty("waiting")
        WAITING,
        /** It is training. */
        @JsonProperty("running")
        RUNNING,
        /** Training and all measurements are complete. */
        @JsonProperty("finished")
        FINISHED,
        /** It failed for the given reason. */
        @JsonProperty("failed")
        FAILED,
        /** It stopped before the end and can be resumed. */
        @JsonProperty("interrupted")
        INTERRUPTED;

        /** Returns the state's name in files and lists. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the finite metrics; JSON cannot represent the others. */
    public Status {
        Map<String, Double> finite = new TreeMap<>(metrics);
        finite.values().removeIf(value -> !Double.isFinite(value));
        metrics = Collections.unmodifiableMap(finite);
    }

    /** Returns whether training and all measurements are complete. */
    public boolean complete() {
        return state == State.FINISHED;
    }

    /** Returns this status with another state and reason. */
    public Status with(State newState, @Nullable String newReason) {
        return new Status(newState, newReason, step, totalSteps, heartbeat, metrics);
    }
}
