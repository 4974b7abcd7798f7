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

/**
 * The steps that studies and sweeps share before and after their trials: choosing the engine once, checking that the data are the
 * same, and writing the state.
 */
public final class Experiment {
    /**
     * The recipe of an experiment.
     *
     * @param yaml the recipe's canonical text
     * @param sha256 hash of that text
     * @param source name of the data
     * @param seeds training seeds
     * @param engine the engine that the recipe requests
     */
    public record Identity(String yaml, String sha256, String source, List<Long> seeds, EngineRequest engine) {}

    /**
     * The settings of all trials.
     *
     * @param engine the engine that was chosen at the start of the experiment
     * @param jobs number of trials that run side by side
     */
    public record Settings(EngineChoice engine, int jobs) {
        /** Returns the engine as trials' recipes request it. */
        public EngineRequest request() {
            return EngineRequest.of(engine);
        }
    }

    private final ExperimentFolder folder;
    private final Identity identity;
    private final ExperimentOptions options;
    private final Progress progress;

    /** Creates an experiment that is about to start or to resume. */
    public Experiment(ExperimentFolder folder, Identity identity, ExperimentOptions options, Progress progress) {
        this.folder = folder;
        this.identity = identity;
        this.options = options;
        this.progress = progress;
    }

    /** Returns the settings that a resumed experiment was started with, after checking that its data are the same. */
    public Settings goOn(String dataSha256) {
        sameData(dataSha256);
        EngineChoice engine = EngineChoice.of(folder.provenance().engine());
        return new Settings(engine, options.jobs().orElse(Jobs.beside(TrialJobs.cores(), engine.threads())));
    }

    /**
     * Chooses the settings of a new experiment, and writes its recipe, data facts and provenance.
     *
     * @param trials number of trials
     * @param sample the recipe of one trial, for measurements
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

    /** Returns the rule that decides how many trials run side by side. */
    public TrialJobs jobs() {
        return new TrialJobs(identity.engine, options.jobs(), options.trialCommands(), progress);
    }

    private void sameData(String checksum) {
        String former = folder.provenance().dataSha256();
        if (!former.equals(checksum)) {
            throw Failure.data(
                    "%s was started with different data: the SHA-256 is now %s..., the %s's was %s...; restore the former data, or"
                            + " start again with another --name",
                    folder.path(),
                    checksum.substring(0, 12),
                    folder.kind().word(),
                    former.substring(0, Math.min(12, former.length())));
        }
    }

    /** Writes the final state of the experiment. */
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
