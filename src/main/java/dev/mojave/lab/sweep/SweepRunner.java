package dev.mojave.lab.sweep;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.Experiment;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialRunner;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs a sweep: every trial in a process of its own, as many side by side as give the highest throughput, all with the engine
 * that was chosen at the start. Finished trials are never repeated, and a sweep that was stopped or killed and then resumed ends
 * with the same result as an uninterrupted one.
 */
public final class SweepRunner {
    /** The file of the best point's recipe. */
    public static final String WINNER = "winner.yaml";

    /**
     * The outcome of running a sweep.
     *
     * @param folder the sweep's folder
     * @param finished whether every trial was attempted; if not, the sweep was asked to stop and can be resumed
     * @param alreadyFinished whether all trials had finished before, so that nothing was done
     * @param output the sweep's results; written to results.json if {@code finished}
     * @param winner the file with the recipe of the best point; empty if no point is ranked
     */
    public record Result(
            Path folder,
            boolean finished,
            boolean alreadyFinished,
            SweepResults.Output output,
            Optional<Path> winner) {}

    private final SweepRecipe recipe;
    private final ExperimentFolder folder;
    private final ExperimentOptions options;
    private final Progress progress;
    private final StopSignal signal;

    private SweepRunner(SweepRecipe recipe, ExperimentOptions options, Progress progress, StopSignal signal) {
        this.recipe = recipe;
        this.folder =
                new ExperimentFolder(ExperimentFolder.Kind.SWEEP, RunFolder.path(options.output(), recipe.name()));
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Runs until every trial was attempted or the signal arrives.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the name is taken or the recipe differs from the one that the sweep was
     *     started with; of other kinds if data or engine fail
     */
    public static Result run(SweepRecipe recipe, ExperimentOptions options, Progress progress, StopSignal signal) {
        return new SweepRunner(recipe, options, progress, signal).run();
    }

    private Result run() {
        boolean going = folder.claim(
                options, recipe.tree(), () -> SweepResults.recipe(folder).tree());
        DataFacts facts;
        String checksum;
        Map<SweepTrials.Entry, Long> lengths;
        try (PreparedData data = PreparedData.open(recipe.first().data(), progress)) {
            facts = DataFacts.of(data);
            checksum = data.checksum();
            lengths = SweepTrials.lengths(recipe, data);
        }
        folder.make();
        try (RunLock _ = RunLock.take(folder.path())) {
            Experiment experiment = new Experiment(folder, identity(), options, progress);
            Recipe sample = recipe.first().resolve(facts.vocabulary());
            Experiment.Settings settings =
                    going ? experiment.goOn(checksum) : experiment.begin(facts, checksum, recipe.trials(), sample);
            SweepTrials trials = new SweepTrials(recipe, folder, settings.request(), facts.vocabulary(), lengths);
            if (options.foretell()) {
                List<Trial> open = trials.wanted(Set.of()).stream()
                        .filter(trial -> !trial.complete())
                        .toList();
                open.stream()
                        .findFirst()
                        .ifPresent(trial -> experiment
                                .jobs()
                                .foretell(open, trial.recipe(), settings.jobs(), facts.heldOutTokens()));
            }
            TrialRunner runner = new TrialRunner(folder, recipe.name(), options.trialCommands(), progress, signal);
            return end(experiment, runner.run(trials, settings.jobs(), trials.expected()));
        }
    }

    private Experiment.Identity identity() {
        return new Experiment.Identity(
                recipe.yaml(),
                recipe.sha256(),
                recipe.first().data().source(),
                recipe.seeds(),
                recipe.first().engine());
    }

    private Result end(Experiment experiment, TrialRunner.Tried tried) {
        SweepResults.Output output = SweepResults.read(folder.path());
        Optional<Path> winner = Optional.empty();
        if (tried.finished()) {
            folder.write(output.result());
            if (output.winner().isPresent()) {
                folder.write(WINNER, recipe.alone(output.winner().get()));
                winner = Optional.of(folder.path().resolve(WINNER));
            }
        }
        experiment.end(tried);
        return new Result(folder.path(), tried.finished(), tried.nothingToDo(), output, winner);
    }
}
