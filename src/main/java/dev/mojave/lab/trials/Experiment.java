package dev.mojave.lab.trials;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.run.folder.Provenances;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.List;
import java.util.stream.Collectors;

/** What studies and sweeps do alike before and after their trials: the engine chosen once, the data held to be the same, the state written. */
public final class Experiment {
    /**
     * What is run.
     *
     * @param yaml the recipe's canonical text
     * @param sha256 hash of that text
     * @param source name of the data
     * @param seeds training seeds
     * @param engine what the recipe asks of the machine
     */
    public record Identity(String yaml, String sha256, String source, List<Long> seeds, EngineRequest engine) {}

    /**
     * What all trials run with.
     *
     * @param engine chosen at the start of the experiment
     * @param jobs how many trials run side by side
     */
    public record Settings(EngineChoice engine, int jobs) {
        /** Returns the engine as trials' recipes have it. */
        public EngineRequest request() {
            return EngineRequest.of(engine);
        }
    }

    private final ExperimentFolder folder;
    private final Identity identity;
    private final ExperimentOptions options;
    private final Progress progress;

    /** An experiment that is about to start or to go on. */
    public Experiment(ExperimentFolder folder, Identity identity, ExperimentOptions options, Progress progress) {
        this.folder = folder;
        this.identity = identity;
        this.options = options;
        this.progress = progress;
    }

    /** Returns the settings of an experiment that goes on: those that it was started with, on the same data. */
    public Settings goOn(String dataSha256) {
        sameData(dataSha256);
        EngineChoice engine = EngineChoice.of(folder.provenance().engine());
        return new Settings(engine, options.jobs().orElse(Jobs.beside(TrialJobs.cores(), engine.threads())));
    }

    /**
     * Chooses the settings of a new experiment, and writes what it starts from.
     *
     * @param trials how many there are
     * @param sample a trial's recipe, for the measurement
     */
    public Settings begin(DataFacts facts, String dataSha256, int trials, Recipe sample) {
        TrialJobs decided = jobs();
        int jobs = decided.of(trials, sample);
        EngineChoice engine = Engine.configure(decided.engine(jobs), progress);
        folder.begin(
                identity.yaml,
                facts,
                Provenances.of(new Provenances.Facts(
                        identity.sha256,
                        identity.source,
                        dataSha256,
                        identity.seeds,
                        engine,
                        Engine.versions(),
                        options.command())));
        return new Settings(engine, jobs);
    }

    /** Returns what decides how many trials run side by side. */
    public TrialJobs jobs() {
        return new TrialJobs(identity.engine, options.jobs(), options.trialCommands(), progress);
    }

    private void sameData(String checksum) {
        String former = folder.provenance().dataSha256();
        if (!former.equals(checksum)) {
            throw Failure.data(
                    "%s was begun with other text: the data's SHA-256 is %s..., the %s's was %s...; bring the former data back or"
                            + " start anew with another --name",
                    folder.path(),
                    checksum.substring(0, 12),
                    folder.kind().word(),
                    former.substring(0, Math.min(12, former.length())));
        }
    }

    /** Writes the state in which trials left the experiment. */
    public void end(TrialRunner.Tried tried) {
        if (!tried.failed().isEmpty()) {
            String reasons = tried.failed().entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + entry.getValue())
                    .collect(Collectors.joining("; "));
            folder.status(Status.State.FAILED, reasons, tried.done(), tried.all());
        } else if (tried.finished()) {
            folder.status(Status.State.FINISHED, null, tried.done(), tried.all());
        } else {
            String reason = "stopped by a signal; --resume auto continues it";
            folder.status(Status.State.INTERRUPTED, reason, tried.done(), tried.all());
        }
    }
}
