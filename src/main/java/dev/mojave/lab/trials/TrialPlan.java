package dev.mojave.lab.trials;

import java.util.List;
import java.util.Set;

/**
 * Which trials an experiment needs. Those of a study are known at its start; where results decide what is tried next, as in successive
 * halving, more are wanted as trials end. What is wanted follows from the recipe and from results alone, never from the order in which trials
 * happened to end, so that an experiment that was killed ends like one that was left alone.
 */
@FunctionalInterface
public interface TrialPlan {
    /**
     * Returns all trials that are needed as far as can be told now, finished ones too, in the order in which they are to start. One that was
     * wanted stays wanted.
     *
     * @param failed names of the trials that were tried in vain since this process began
     */
    List<Trial> wanted(Set<String> failed);
}
