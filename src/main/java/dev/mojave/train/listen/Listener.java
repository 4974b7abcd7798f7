package dev.mojave.train.listen;

import dev.mojave.base.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A task that runs alongside training, such as evaluation or logging, and decides itself when to act. Every step is passed to the
 * listeners in their order, so a listener can use the metrics that earlier ones added to the {@link Moment}.
 */
public interface Listener {
    /** Returns whether it needs routing statistics of a step, counted from 0. */
    default boolean observes(long step) {
        return false;
    }

    /** Called after each step. */
    default void after(Moment moment) {}

    /**
     * Called after the loop has ended.
     *
     * @param finished whether the run reached its end; if not, it was asked to stop
     */
    default void end(boolean finished) {}

    /** Returns the stateful listeners by key. */
    static Map<String, Stateful> stateful(List<Listener> listeners) {
        Map<String, Stateful> byKey = new LinkedHashMap<>();
        for (Listener listener : listeners) {
            if (listener instanceof Stateful stateful) {
                Check.that(
                        byKey.put(stateful.key(), stateful) == null,
                        "two listeners store their state under '%s'",
                        stateful.key());
            }
        }
        return byKey;
    }

    /** A listener that stores a state of its own in checkpoints. */
    interface Stateful extends Listener {
        /** Returns the key of its state in state.json. It must never change, since existing checkpoints use it. */
        String key();

        /** Returns the state that it needs to resume from a checkpoint; empty if there is none yet. */
        Optional<JsonNode> state();

        /** Restores a state that {@link #state()} returned. */
        void restore(JsonNode state);
    }
}
