package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.Cut;
import dev.mojave.data.PreparedData;
import dev.mojave.lab.trials.Jobs;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.result.Provenance;
import dev.mojave.run.Provenances;
import dev.mojave.run.Recipe;
import dev.mojave.run.RunFolder;
import dev.mojave.run.RunLock;
import dev.mojave.run.Status;
import dev.mojave.run.StudyRecipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.tensor.engine.EngineRequest;
import dev.mojave.train.TotalSteps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Runs a study: every trial in a process of its own, as many side by side as make the most of the machine, all with the engine that was
 * chosen at the start.
 *
 * <p>What is finished is never done again: a study that was stopped, killed or partly failed goes on with the trials that have no
 * result, each from its last checkpoint, and ends with the same losses as one that was left alone.
 */
public final class StudyRunner {
    /**
     * How a study starts.
     *
     * @param output folder under which the study's folder is made
     * @param resume whether a study of that name goes on
     * @param overwrite whether a study of that name is replaced
     * @param command what was typed, for the provenance
     * @param jobs how many trials run side by side; where it is not given, as many as make the most of the machine
     * @param foretell whether to measure first how long it will take, which takes some seconds for small models
     * @param trialCommands the commands that work on a trial's folder
     */
    public record Options(
            Path output,
            boolean resume,
            boolean overwrite,
            String command,
            OptionalInt jobs,
            boolean foretell,
            TrialCommands trialCommands) {
        /** Checks that the ways to start do not contradict each other. */
        public Options {
            if (resume && overwrite) {
                throw Failure.usage("--resume and --overwrite contradict each other: give one of them");
            }
        }
    }

    /**
     * What a study left.
     *
     * @param folder where it is
     * @param finished whether every trial was tried; otherwise it was asked to stop and can be resumed
     * @param alreadyFinished whether all trials had finished before and nothing was done
     * @param output what it showed; results.json has it if {@code finished}
     */
    public record Result(Path folder, boolean finished, boolean alreadyFinished, StudyResults.Output output) {}

    private final StudyRecipe recipe;
    private final StudyFolder folder;
    private final Options options;
    private final Progress progress;
    private final StopSignal signal;

    private StudyRunner(StudyRecipe recipe, Options options, Progress progress, StopSignal signal) {
        this.recipe = recipe;
        this.folder = new StudyFolder(RunFolder.path(options.output, recipe.name()));
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Runs until every trial was tried or until the signal.
     *
     * @throws Failure of kind USAGE if the name is taken, the recipe does not hold together, or is another than the study's; of
     *     the kinds of the data and the engine
     */
    public static Result run(StudyRecipe recipe, Options options, Progress progress, StopSignal signal) {
        return new StudyRunner(recipe, options, progress, signal).run();
    }

    private Result run() {
        boolean going = claim();
        List<Long> lengths = new ArrayList<>();
        StudyFacts facts;
        String checksum;
        Arms arms;
        try (PreparedData data = PreparedData.open(recipe.base().data(), progress)) {
            facts = StudyFacts.of(data);
            checksum = data.checksum();
            arms = Arms.resolve(recipe, facts.vocabulary());
            arms.trials().forEach(trial -> lengths.add(tokens(trial.arm().recipe(), data)));
        }
        folder.make();
        try (RunLock _ = RunLock.take(folder.path())) {
            StudyJobs decided = new StudyJobs(recipe, options.jobs, options.trialCommands, progress);
            EngineChoice engine;
            int jobs;
            if (going) {
                sameData(checksum);
                engine = EngineChoice.of(folder.provenance().engine());
                jobs = options.jobs.orElse(Jobs.beside(StudyJobs.cores(), engine.threads()));
            } else {
                jobs = decided.of(arms);
                engine = Engine.configure(decided.engine(jobs), progress);
                folder.begin(recipe, facts, provenance(checksum, engine));
            }
            StudyTrials trials = new StudyTrials(recipe, folder, options.trialCommands, progress, signal);
            TrialSet set = trialSet(arms, lengths, engine);
            if (options.foretell) {
                decided.foretell(set.open(), arms.reference(), jobs, facts.heldOutTokens());
            }
            return end(trials.run(set, jobs));
        }
    }

    private TrialSet trialSet(Arms arms, List<Long> lengths, EngineChoice engine) {
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < lengths.size(); i++) {
            Arms.Trial trial = arms.trials().get(i);
            trials.add(new Trial(
                    trial.name(), folder.trial(trial), trial.recipe(EngineRequest.of(engine)), lengths.get(i)));
        }
        return new TrialSet(folder.path(), trials);
    }

    /** Decides what becomes of a folder that is there, before anything costly; returns whether its study goes on. */
    private boolean claim() {
        Path path = folder.path();
        if (!Files.exists(path)) {
            return false;
        }
        boolean study = StudyFolder.isStudy(path);
        if (study && options.resume) {
            folder.check(recipe);
            return true;
        }
        if (study && !options.overwrite) {
            throw Failure.usage(
                    "%s exists: continue it with --resume auto, choose another --name, or replace it with --overwrite",
                    path);
        }
        if (!study && !StudyFolder.isBegun(path)) {
            throw Failure.usage("%s exists and is not a study: choose another --name or --output", path);
        }
        folder.delete();
        return false;
    }

    private static long tokens(Recipe recipe, PreparedData data) {
        Cut cut = data.cut(recipe.model().maxPositionEmbeddings());
        long rows = TotalSteps.of(recipe.train(), data.train(), cut)
                * recipe.train().batchSize();
        return Math.round(rows * cut.tokensPerRow(data.train()));
    }

    private Provenance provenance(String checksum, EngineChoice engine) {
        return Provenances.of(new Provenances.Facts(
                recipe.sha256(),
                recipe.base().data().source(),
                checksum,
                recipe.seeds(),
                engine,
                Engine.versions(),
                options.command));
    }

    private void sameData(String checksum) {
        String former = folder.provenance().dataSha256();
        if (!former.equals(checksum)) {
            throw Failure.data(
                    "%s was begun with other text: the data's SHA-256 is %s..., the study's was %s...; bring the former data back or"
                            + " start anew with another --name",
                    folder.path(), checksum.substring(0, 12), former.substring(0, Math.min(12, former.length())));
        }
    }

    private Result end(StudyTrials.Tried tried) {
        StudyResults.Output output = StudyResults.read(folder.path());
        if (tried.finished()) {
            folder.write(output.result());
        }
        if (!tried.failed().isEmpty()) {
            String reasons = String.join("; ", reasons(tried.failed()));
            folder.status(Status.State.FAILED, reasons, tried.done(), tried.all());
        } else if (tried.finished()) {
            folder.status(Status.State.FINISHED, null, tried.done(), tried.all());
        } else {
            String reason = "stopped by a signal; --resume auto continues it";
            folder.status(Status.State.INTERRUPTED, reason, tried.done(), tried.all());
        }
        return new Result(folder.path(), tried.finished(), tried.nothingToDo(), output);
    }

    private static List<String> reasons(Map<String, String> failed) {
        return failed.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .toList();
    }
}
