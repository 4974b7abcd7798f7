package dev.mojave.result;

import java.util.List;

/**
 * Everything that a report shows of one run, read back from its folder.
 *
 * @param name the run's name, for a trial {@code arm/seed-N}
 * @param arm the arm that it belongs to, or its own name
 * @param seed training seed
 * @param description the model in one line
 * @param state running, finished, failed or interrupted
 * @param parametersTotal everything that is trained
 * @param parametersActive parameters that one token uses
 * @param flopsPerToken training FLOPs per token
 * @param series scalar metrics
 * @param routing one trace a mixture layer, empty for a dense model
 * @param samples text that the model wrote
 * @param recipe the resolved recipe as YAML
 * @param provenance where it comes from
 * @param caveats what anyone who reads the results must know, in sentences
 * @param experts what the experts do after training
 */
public record RunRecord(
        String name,
        String arm,
        long seed,
        String description,
        String state,
        long parametersTotal,
        long parametersActive,
        long flopsPerToken,
        List<MetricSeries> series,
        List<RoutingTrace> routing,
        List<String> samples,
        String recipe,
        Provenance provenance,
        List<String> caveats,
        ExpertProfiles experts) {

    /** A run without caveats and without profiles of experts. */
    public RunRecord(
            String name,
            String arm,
            long seed,
            String description,
            String state,
            long parametersTotal,
            long parametersActive,
            long flopsPerToken,
            List<MetricSeries> series,
            List<RoutingTrace> routing,
            List<String> samples,
            String recipe,
            Provenance provenance) {
        this(
                name,
                arm,
                seed,
                description,
                state,
                parametersTotal,
                parametersActive,
                flopsPerToken,
                series,
                routing,
                samples,
                recipe,
                provenance,
                List.of(),
                ExpertProfiles.NONE);
    }
}
