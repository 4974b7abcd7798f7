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

/** Says where a result comes from: this program, this machine, now. */
public final class Provenances {
    private Provenances() {}

    /**
     * What the caller knows.
     *
     * @param recipeSha256 hash of the resolved recipe's text
     * @param dataName name of the data set
     * @param dataSha256 checksum of its content
     * @param seeds training seeds
     * @param engine what the engine runs with
     * @param versions native libraries by name
     * @param command the command as typed
     * @param startedFrom the weights that training began with, where they were not random
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
        /** Facts of what did not begin with anyone's weights. */
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

    /** Adds what this process knows of itself. */
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
