package dev.mojave.run.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * status.json: where a run stands, as it last said.
 *
 * @param state what it is doing
 * @param reason why it failed or stopped, in one line; absent otherwise
 * @param step optimiser steps done
 * @param totalSteps planned
 * @param heartbeat ISO-8601 instant of this word
 * @param metrics last value of each metric worth a line in a list, for example {@code val/loss}; finite ones only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Status(
        State state,
        @Nullable String reason,
        long step,
        long totalSteps,
        String heartbeat,
        Map<String, Double> metrics) {
    /** What a run is doing. */
    public enum State {
        /** It has a recipe and was not begun. */
        @JsonProperty("waiting")
        WAITING,
        /** Training. */
        @JsonProperty("running")
        RUNNING,
        /** It did what the recipe says. */
        @JsonProperty("finished")
        FINISHED,
        /** It cannot go on; the reason says why. */
        @JsonProperty("failed")
        FAILED,
        /** It stopped before the end and can be resumed. */
        @JsonProperty("interrupted")
        INTERRUPTED;

        /** Returns the word that files and lists show. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Keeps the metrics from changing; JSON has no numbers that are not finite. */
    public Status {
        Map<String, Double> finite = new TreeMap<>(metrics);
        finite.values().removeIf(value -> !Double.isFinite(value));
        metrics = Collections.unmodifiableMap(finite);
    }

    /** Returns whether it trained to its end and everything that a run measures was measured: only then is it finished. */
    public boolean complete() {
        return state == State.FINISHED;
    }

    /** Returns the same with another state. */
    public Status with(State newState, @Nullable String newReason) {
        return new Status(newState, newReason, step, totalSteps, heartbeat, metrics);
    }
}
