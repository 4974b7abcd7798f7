package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.data.Cut;
import dev.mojave.data.PreparedData;
import dev.mojave.lab.trials.Jobs;
import dev.mojave.lab.trials.LocalExecutor;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.lab.trials.TrialListener;
import dev.mojave.lab.trials.TrialOutcome;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.lab.trials.TrialsProgress;
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
import dev.mojave.tensor.engine.MachineInfo;
import dev.mojave.train.TotalSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
     * @param trialCommands the commands that work on a trial's folder
     */
    public record Options(
            Path output,
            boolean resume,
            boolean overwrite,
            String command,
            OptionalInt jobs,
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
            EngineChoice engine;
            int jobs;
            if (going) {
                sameData(checksum);
                engine = EngineChoice.of(folder.provenance().engine());
                jobs = options.jobs.orElse(Jobs.beside(cores(), engine.threads()));
            } else {
                jobs = jobs(arms);
                engine = Engine.configure(request(jobs), progress);
                folder.begin(recipe, facts, provenance(checksum, engine));
            }
            return trials(trialSet(arms, lengths, engine), jobs);
        }
    }

    private static int cores() {
        return MachineInfo.detect().cores();
    }

    /** What was asked for; else as many as the threads that the recipe asks for leave room for; else what is fastest. */
    private int jobs(Arms arms) {
        String threads = recipe.base().engine().threads();
        if (options.jobs.isPresent()) {
            return options.jobs.getAsInt();
        }
        if (!threads.equals(EngineRequest.AUTO)) {
            return Jobs.beside(cores(), Integer.parseInt(threads));
        }
        if (cores() == 1 || arms.trials().size() == 1) {
            return 1;
        }
        Arms.Trial first = arms.trials().getFirst();
        Path sample = Path.of("sample.yaml");
        try {
            sample = Files.createTempFile("mojave-trial", ".yaml");
            Files.writeString(sample, first.recipe(recipe.base().engine()).yaml());
            int jobs = new Jobs(options.trialCommands, progress).measure(sample, cores());
            Files.delete(sample);
            return jobs;
        } catch (IOException e) {
            throw IoFailures.of("write a trial's recipe", sample, e);
        }
    }

    /** The engine as the recipe asks for it, the cores shared out among trials that run side by side. */
    private EngineRequest request(int jobs) {
        EngineRequest asked = recipe.base().engine();
        return jobs == 1 || !asked.threads().equals(EngineRequest.AUTO)
                ? asked
                : asked.withThreads(Math.max(1, cores() / jobs));
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

    private Result trials(TrialSet set, int jobs) {
        set.prepare(jobs);
        List<Trial> open = set.open();
        int all = set.all().size();
        int done = all - open.size();
        if (done > 0) {
            progress.say(done + " of " + all + " trials are finished and kept");
        }
        Tally tally =
                new Tally(new TrialsProgress("study " + recipe.name(), progress, done, open, this::summary), done);
        folder.status(Status.State.RUNNING, null, done, all);
        new LocalExecutor(jobs, options.trialCommands).run(open, tally, signal);
        progress.finish("");
        return end(tally.done, tally.failed, all, open.isEmpty());
    }

    /** Counts how trials end, and keeps status.json current. */
    private final class Tally implements TrialListener {
        private final TrialListener shown;
        private final Map<String, String> failed = new LinkedHashMap<>();
        private int done;

        Tally(TrialListener shown, int done) {
            this.shown = shown;
            this.done = done;
        }

        @Override
        public void started(Trial trial) {
            shown.started(trial);
        }

        @Override
        public void reached(Trial trial, long step, long totalSteps, double loss) {
            shown.reached(trial, step, totalSteps, loss);
        }

        @Override
        public void ended(Trial trial, TrialOutcome outcome) {
            switch (outcome) {
                case TrialOutcome.Finished() -> done++;
                case TrialOutcome.Stopped() -> {}
                case TrialOutcome.Failed(String reason) -> failed.put(trial.name(), reason);
            }
            folder.status(
                    Status.State.RUNNING,
                    null,
                    done,
                    recipe.seeds().size() * recipe.arms().size());
            shown.ended(trial, outcome);
        }
    }

    private String summary(Trial trial) {
        return trial.run()
                .map(run -> StudyResults.read(
                        trial.name(), "", trial.recipe().train().seed(), run))
                .map(record -> String.format(
                        Locale.ROOT,
                        "validation loss %.4f nats per token, %s tokens/s, %s",
                        record.last(TrialRecord.VAL_LOSS),
                        Units.count(record.median(TrialRecord.SPEED)),
                        Units.seconds(record.wallSeconds())))
                .orElse("finished");
    }

    private Result end(int done, Map<String, String> failed, int all, boolean nothingToDo) {
        boolean finished = done + failed.size() == all;
        StudyResults.Output output = StudyResults.read(folder.path());
        if (finished) {
            folder.write(output.result());
        }
        if (!failed.isEmpty()) {
            folder.status(Status.State.FAILED, String.join("; ", reasons(failed)), done, all);
        } else if (finished) {
            folder.status(Status.State.FINISHED, null, done, all);
        } else {
            folder.status(Status.State.INTERRUPTED, "stopped by a signal; --resume auto continues it", done, all);
        }
        return new Result(folder.path(), finished, nothingToDo, output);
    }

    private static List<String> reasons(Map<String, String> failed) {
        return failed.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .toList();
    }
}
