package dev.mojave.lab.trials;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.Status;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Runs the trials of an experiment that have no complete result yet, and keeps the count of finished ones in its status.json. */
public final class TrialRunner {
    /**
     * How the trials ended.
     *
     * @param done number of trials with a complete result
     * @param failed reasons of the failed trials, by name
     * @param all number of trials that the experiment needs
     * @param nothingToDo whether all trials had a result before
     */
    public record Tried(int done, Map<String, String> failed, int all, boolean nothingToDo) {
        /** Returns whether every trial was attempted. */
        public boolean finished() {
            return done + failed.size() == all;
        }

        /** Returns the same with some failures counted as results, as a setting is that cannot be trained at all. */
        public Tried excusing(Predicate<String> trial) {
            Map<String, String> others = new LinkedHashMap<>(failed);
            others.keySet().removeIf(trial);
            return new Tried(done + failed.size() - others.size(), others, all, nothingToDo);
        }
    }

    /**
     * The totals that the progress display uses before all trials are known.
     *
     * @param trials expected number of trials
     * @param tokens training tokens of the unfinished ones
     */
    public record Expected(int trials, long tokens) {}

    private final ExperimentFolder folder;
    private final String name;
    private final TrialCommands commands;
    private final Progress progress;
    private final StopSignal signal;

    /** Creates a runner for the trials of the experiment of this name. */
    public TrialRunner(
            ExperimentFolder folder, String name, TrialCommands commands, Progress progress, StopSignal signal) {
        this.folder = folder;
        this.name = name;
        this.commands = commands;
        this.progress = progress;
        this.signal = signal;
    }

    /** Runs a fixed set of trials, {@code jobs} of them side by side. */
    public Tried run(TrialSet set, int jobs) {
        return run(
                failed -> set.all(),
                jobs,
                new Expected(
                        set.all().size(),
                        set.open().stream().mapToLong(Trial::tokens).sum()));
    }

    /** Runs the trials of a plan until it needs no more, {@code jobs} of them side by side. */
    public Tried run(TrialPlan plan, int jobs, Expected expected) {
        List<Trial> known = plan.wanted(Set.of());
        int done = known.size()
                - prepare(known, jobs).stream()
                        .filter(trial -> !trial.complete())
                        .toList()
                        .size();
        if (done > 0) {
            progress.say(done + " of " + Math.max(expected.trials, known.size()) + " trials are finished and kept");
        }
        String title = folder.kind().word() + " " + name;
        Tally tally = new Tally(
                new TrialsProgress(title, progress, done, expected.trials, expected.tokens, this::summary),
                plan,
                jobs,
                expected.trials,
                done);
        folder.status(Status.State.RUNNING, null, done, Math.max(expected.trials, known.size()));
        new LocalExecutor(jobs, commands).run(tally::next, tally, signal);
        progress.finish("");
        int all = plan.wanted(Set.copyOf(tally.failed.keySet())).size();
        return new Tried(tally.done, tally.failed, all, tally.started.isEmpty() && done == all);
    }

    private List<Trial> prepare(List<Trial> trials, int jobs) {
        new TrialSet(folder.path(), trials).prepare(jobs);
        return trials;
    }

    /** Decides which trial is next, counts how they end, and keeps status.json current. */
    private final class Tally implements TrialListener {
        private final TrialListener shown;
        private final TrialPlan plan;
        private final int jobs;
        private final Map<String, String> failed = new LinkedHashMap<>();
        private final Set<String> started = new HashSet<>();
        private final Set<String> complete = new HashSet<>();
        private int all;
        private int done;

        Tally(TrialListener shown, TrialPlan plan, int jobs, int all, int done) {
            this.shown = shown;
            this.plan = plan;
            this.jobs = jobs;
            this.all = all;
            this.done = done;
        }

        /** Returns the first needed trial that has no result and was not attempted. */
        synchronized Optional<Trial> next() {
            List<Trial> wanted = plan.wanted(Set.copyOf(failed.keySet()));
            all = Math.max(all, wanted.size());
            Optional<Trial> next = wanted.stream().filter(this::open).findFirst();
            if (next.isPresent() && next.get().run().isEmpty()) {
                prepare(wanted, jobs);
            }
            next.ifPresent(trial -> started.add(trial.name()));
            return next;
        }

        private boolean open(Trial trial) {
            if (started.contains(trial.name()) || complete.contains(trial.name())) {
                return false;
            }
            boolean ended = trial.complete();
            if (ended) {
                complete.add(trial.name());
            }
            return !ended;
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
        public synchronized void ended(Trial trial, TrialOutcome outcome) {
            switch (outcome) {
                case TrialOutcome.Finished() -> done++;
                case TrialOutcome.Stopped() -> {}
                case TrialOutcome.Failed(String reason) -> failed.put(trial.name(), reason);
            }
            folder.status(Status.State.RUNNING, null, done, all);
            shown.ended(trial, outcome);
        }
    }

    private String summary(Trial trial) {
        return trial.run()
                .map(run -> TrialRecord.read(
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
