package dev.mojave.lab.study;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import dev.mojave.base.JavaCommand;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.data.Cut;
import dev.mojave.data.PreparedData;
import dev.mojave.result.Provenance;
import dev.mojave.run.Provenances;
import dev.mojave.run.Recipe;
import dev.mojave.run.RunFolder;
import dev.mojave.run.RunLock;
import dev.mojave.run.Status;
import dev.mojave.run.StudyRecipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.train.TotalSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a study: every trial one after another, each in a process of its own, all with the engine that was chosen at the start.
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
     */
    public record Options(Path output, boolean resume, boolean overwrite, String command) {
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
            if (going) {
                sameData(checksum);
            } else {
                folder.begin(recipe, facts, provenance(checksum));
            }
            return trials(arms, lengths);
        }
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

    private Provenance provenance(String checksum) {
        return Provenances.of(new Provenances.Facts(
                recipe.sha256(),
                recipe.base().data().source(),
                checksum,
                recipe.seeds(),
                Engine.configure(recipe.base().engine(), progress),
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

    private Result trials(Arms arms, List<Long> lengths) {
        List<Arms.Trial> all = arms.trials();
        List<Arms.Trial> open = new ArrayList<>();
        List<Long> openLengths = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (!complete(all.get(i))) {
                open.add(all.get(i));
                openLengths.add(lengths.get(i));
            }
        }
        int done = all.size() - open.size();
        if (done > 0) {
            progress.say(done + " of " + all.size() + " trials are finished and kept");
        }
        Map<String, String> failed = new LinkedHashMap<>();
        StudyProgress watch = new StudyProgress("study " + recipe.name(), progress, done, openLengths);
        for (Arms.Trial trial : open) {
            if (signal.requested()) {
                break;
            }
            folder.status(Status.State.RUNNING, null, done, all.size());
            watch.next(trial.name());
            switch (runTrial(trial, watch)) {
                case TrialProcess.Outcome.Finished() -> {
                    done++;
                    watch.say(summary(trial));
                }
                case TrialProcess.Outcome.Stopped() -> watch.say("stopped and saved");
                case TrialProcess.Outcome.Failed(String reason) -> {
                    failed.put(trial.name(), reason);
                    watch.say("failed: " + reason);
                }
            }
        }
        watch.finish();
        return end(done, failed, all.size(), open.isEmpty());
    }

    private TrialProcess.Outcome runTrial(Arms.Trial trial, StudyProgress watch) {
        Path log = folder.log(trial);
        TrialProcess.Outcome outcome = TrialProcess.run(
                JavaCommand.of(TrialMain.class, TrialMain.arguments(folder, trial)),
                log,
                message -> {
                    switch (message.kind()) {
                        case PROGRESS -> watch.update(message);
                        case SAY, FAILURE -> append(log, message.text());
                    }
                },
                signal);
        if (outcome instanceof TrialProcess.Outcome.Failed(String reason)) {
            // A process that crashed could not say so in its own folder.
            folder.run(trial).ifPresent(run -> run.write(run.status().with(Status.State.FAILED, reason)));
        }
        return outcome;
    }

    private static void append(Path log, String line) {
        try {
            Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw IoFailures.of("write the trial's log", log, e);
        }
    }

    private boolean complete(Arms.Trial trial) {
        return folder.run(trial)
                .map(run -> StudyResults.read(trial, run).complete())
                .orElse(false);
    }

    private String summary(Arms.Trial trial) {
        Optional<RunFolder> run = folder.run(trial);
        if (run.isEmpty()) {
            return "finished";
        }
        TrialRecord record = StudyResults.read(trial, run.get());
        return String.format(
                Locale.ROOT,
                "validation loss %.4f nats per token, %s tokens/s, %s",
                record.last(TrialRecord.VAL_LOSS),
                Units.count(record.median(TrialRecord.SPEED)),
                Units.seconds(record.wallSeconds()));
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
