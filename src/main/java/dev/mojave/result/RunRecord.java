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
 * @param mixtures short names of the mixtures, by their number in routing and profiles: a layer's number, or what else it is; those left
 *     out go by their number
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
        ExpertProfiles experts,
        List<String> mixtures) {

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
                ExpertProfiles.NONE,
                List.of());
    }

    /** Returns the short name of a mixture: {@code "3"} for that of layer 3, or a word such as {@code "shrink"}. */
    public String mixture(int number) {
        return number < mixtures.size() ? mixtures.get(number) : String.valueOf(number);
    }

    /** Returns the same in running text: {@code "layer 3"} or {@code "shrink"}. */
    public String mixtureInText(int number) {
        String name = mixture(number);
        return name.chars().allMatch(Character::isDigit) ? "layer " + name : name;
    }
}
