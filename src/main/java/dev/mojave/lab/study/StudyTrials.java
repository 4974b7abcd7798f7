package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.lab.trials.LocalExecutor;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.lab.trials.TrialListener;
import dev.mojave.lab.trials.TrialOutcome;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.lab.trials.TrialsProgress;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.Status;
import dev.mojave.run.StudyRecipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs the trials of a study, and says in its status.json how many are done. */
final class StudyTrials {
    /**
     * How the trials ended.
     *
     * @param done trials with a complete result
     * @param failed why each of the others failed, by name
     * @param all trials
     * @param nothingToDo whether all had a result before
     */
    record Tried(int done, Map<String, String> failed, int all, boolean nothingToDo) {
        /** Returns whether every trial was tried. */
        boolean finished() {
            return done + failed.size() == all;
        }
    }

    private final StudyRecipe recipe;
    private final StudyFolder folder;
    private final TrialCommands commands;
    private final Progress progress;
    private final StopSignal signal;

    StudyTrials(StudyRecipe recipe, StudyFolder folder, TrialCommands commands, Progress progress, StopSignal signal) {
        this.recipe = recipe;
        this.folder = folder;
        this.commands = commands;
        this.progress = progress;
        this.signal = signal;
    }

    /** Runs those that have no complete result yet, so many side by side. */
    Tried run(TrialSet set, int jobs) {
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
        new LocalExecutor(jobs, commands).run(open, tally, signal);
        progress.finish("");
        return new Tried(tally.done, tally.failed, all, open.isEmpty());
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
                        record.last(Metrics.VAL_LOSS),
                        Units.count(record.median(Metrics.TRAIN_SPEED)),
                        Units.seconds(record.wallSeconds())))
                .orElse("finished");
    }
}
