package dev.mojave.lab.trials;

import java.util.List;
import java.util.Set;

/**
 * Determines which trials an experiment needs. A study's trials are known at its start; if results decide what to try next, as in
 * successive halving, more are needed as trials end. The plan depends only on the recipe and on results, never on the order in
 * which trials happened to end, so an experiment that was killed and resumed ends like an uninterrupted one.
 */
@FunctionalInterface
public interface TrialPlan {
    /**
     * Returns all trials that are known to be needed so far, including finished ones, in the order in which they should start. A
     * trial that was returned once is returned by all later calls.
     *
     * @param failed names of the trials that failed since this process began
     */
    List<Trial> wanted(Set<String> failed);
}
