package dev.mojave.result;

import java.util.List;

/**
 * The content of one run's folder that a report shows.
 *
 * @param name name of the run; for a trial {@code arm/seed-N}
 * @param arm the arm that the run belongs to, or its own name
 * @param seed training seed
 * @param description one-line description of the model
 * @param state running, finished, failed or interrupted
 * @param parametersTotal number of trained parameters
 * @param parametersActive number of parameters that one token uses
 * @param flopsPerToken training FLOPs per token
 * @param series scalar metrics
 * @param routing one trace per mixture layer, empty for a dense model
 * @param samples text that the model generated
 * @param recipe resolved recipe as YAML
 * @param provenance origin of the run
 * @param caveats sentences that every reader of the results must know
 * @param experts profiles of the experts after training
 * @param mixtures short names of the mixture layers, by their index in routing and profiles: a layer's number, or a word; an index beyond the
 *     end of the list is its own name
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

    /** Creates a record of a run without caveats and expert profiles. */
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

    /** Returns the short name of a mixture layer: {@code "3"} for that of layer 3, or a word such as {@code "shrink"}. */
    public String mixture(int number) {
        return number < mixtures.size() ? mixtures.get(number) : String.valueOf(number);
    }

    /** Returns the name of a mixture layer for running text: {@code "layer 3"} or {@code "shrink"}. */
    public String mixtureInText(int number) {
        String name = mixture(number);
        return name.chars().allMatch(Character::isDigit) ? "layer " + name : name;
    }
}
