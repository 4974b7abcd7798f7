package dev.mojave.run.folder;

import dev.mojave.base.BuildInfo;
import dev.mojave.result.Provenance;
import dev.mojave.result.Provenance.StartedFrom;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Creates provenance records of this program, on this machine, at this time. */
public final class Provenances {
    private Provenances() {}

    /**
     * The facts that the caller supplies.
     *
     * @param recipeSha256 SHA-256 of the resolved recipe's text
     * @param dataName name of the data set
     * @param dataSha256 SHA-256 of the data set's content
     * @param seeds training seeds
     * @param engine the engine's choices
     * @param versions versions of native libraries, by name
     * @param command the command as typed
     * @param startedFrom the weights that training started from; empty if they were random
     */
    public record Facts(
            String recipeSha256,
            String dataName,
            String dataSha256,
            List<Long> seeds,
            EngineChoice engine,
            Map<String, String> versions,
            String command,
            Optional<StartedFrom> startedFrom) {
        /** Creates the facts of a result that did not start from existing weights. */
        public Facts(
                String recipeSha256,
                String dataName,
                String dataSha256,
                List<Long> seeds,
                EngineChoice engine,
                Map<String, String> versions,
                String command) {
            this(recipeSha256, dataName, dataSha256, seeds, engine, versions, command, Optional.empty());
        }
    }

    /** Returns a provenance record, with the facts about this process added. */
    public static Provenance of(Facts facts) {
        BuildInfo build = BuildInfo.current();
        Map<String, String> versions = new TreeMap<>(facts.versions);
        versions.put("java", Runtime.version() + " (" + System.getProperty("java.vendor", "unknown vendor") + ")");
        return new Provenance(
                build.version(),
                build.commit(),
                facts.recipeSha256,
                facts.dataName,
                facts.dataSha256,
                List.copyOf(facts.seeds),
                MachineInfo.detect().described(),
                versions,
                facts.engine.asMap(),
                facts.command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                facts.startedFrom.orElse(null));
    }
}
