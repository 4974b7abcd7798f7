package dev.mojave.result;

import java.util.List;

/**
 * The content of a run's experts.json.
 *
 * @param tokens number of held-out tokens that were routed
 * @param layers one profile per mixture layer
 */
public record ExpertProfiles(long tokens, List<ExpertProfile> layers) {
    /** The profiles of a dense model, or of a run that has not finished. */
    public static final ExpertProfiles NONE = new ExpertProfiles(0, List.of());
}
