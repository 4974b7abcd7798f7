package dev.mojave.result;

import java.util.List;

/**
 * experts.json of a run.
 *
 * @param tokens held-out tokens that were routed
 * @param layers one a mixture layer
 */
public record ExpertProfiles(long tokens, List<ExpertProfile> layers) {
    /** A dense model's, or that of a run which is not done. */
    public static final ExpertProfiles NONE = new ExpertProfiles(0, List.of());
}
