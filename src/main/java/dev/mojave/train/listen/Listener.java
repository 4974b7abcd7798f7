package dev.mojave.train.listen;

import dev.mojave.base.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Does one thing beside training and decides itself when. Listeners are told of every step in the order in which a run has them, so that
 * one can use what those before it added to the {@link Moment}.
 */
public interface Listener {
    /** Returns whether it wants routing statistics of a step, counted from 0. */
    default boolean observes(long step) {
        return false;
    }

    /** A step was taken. */
    default void after(Moment moment) {}

    /**
     * The loop has ended.
     *
     * @param finished whether the run reached its end; otherwise someone asked it to stop
     */
    default void end(boolean finished) {}

    /** Returns those that keep a state, by its key; two of one key, which would overwrite each other's, are refused. */
    static Map<String, Stateful> stateful(List<Listener> listeners) {
        Map<String, Stateful> byKey = new LinkedHashMap<>();
        for (Listener listener : listeners) {
            if (listener instanceof Stateful stateful) {
                Check.that(
                        byKey.put(stateful.key(), stateful) == null,
                        "two listeners keep their state under '%s'",
                        stateful.key());
            }
        }
        return byKey;
    }

    /** A listener that keeps a state of its own in checkpoints. */
    interface Stateful extends Listener {
        /** Returns the key of its state in state.json. Checkpoints that exist have it, so it never changes. */
        String key();

        /** Returns what it must know to go on from a checkpoint; empty where there is nothing yet. */
        Optional<JsonNode> state();

        /** Goes on from what {@link #state()} returned. */
        void restore(JsonNode state);
    }
}
