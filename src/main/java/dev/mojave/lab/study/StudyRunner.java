package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.Experiment;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialRunner;
import dev.mojave.lab.trials.TrialSet;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a study: every trial in a process of its own, as many side by side as give the highest throughput, all with the engine
 * that was chosen at the start.
 *
 * <p>Finished trials are never repeated: a study that was stopped, was killed or failed in part resumes with the trials that have
 * no result, each from its last checkpoint, and ends with the same losses as an uninterrupted one.
 */
public final class StudyRunner {
    /**
     * The outcome of running a study.
     *
     * @param folder the study's folder
     * @param finished whether every trial was attempted; if not, the study was asked to stop and can be resumed
     * @param alreadyFinished whether all trials had finished before, so that nothing was done
     * @param output the study's results; written to results.json if {@code finished}
     */
    public record Result(Path folder, boolean finished, boolean alreadyFinished, StudyResults.Output output) {}

    private final StudyRecipe recipe;
    private final StudyFolder folder;
    private final ExperimentOptions options;
    private final Progress progress;
    private final StopSignal signal;

    private StudyRunner(StudyRecipe recipe, ExperimentOptions options, Progress progress, StopSignal signal) {
        this.recipe = recipe;
        this.folder = new StudyFolder(RunFolder.path(options.output(), recipe.name()));
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Runs until every trial was attempted or the signal arrives.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the name is taken, or the recipe is invalid or differs from the one that
     *     the study was started with; of other kinds if data or engine fail
     */
    public static Result run(StudyRecipe recipe, ExperimentOptions options, Progress progress, StopSignal signal) {
        return new StudyRunner(recipe, options, progress, signal).run();
    }

    private Result run() {
        ExperimentFolder files = folder.files();
        boolean going =
                files.claim(options, recipe.tree(), () -> folder.recipe().tree());
        List<Long> lengths = new ArrayList<>();
        DataFacts facts;
        String checksum;
        Arms arms;
        try (PreparedData data = PreparedData.open(recipe.base().data(), progress)) {
            facts = DataFacts.of(data);
            checksum = data.checksum();
            arms = Arms.resolve(recipe, facts.vocabulary());
            arms.trials().forEach(trial -> lengths.add(Trial.tokens(trial.arm().recipe(), data)));
        }
        files.make();
        try (RunLock _ = RunLock.take(folder.path())) {
            Experiment experiment = new Experiment(files, identity(), options, progress);
            Recipe first = arms.trials().getFirst().recipe(recipe.base().engine());
            Experiment.Settings settings = going
                    ? experiment.goOn(checksum)
                    : experiment.begin(facts, checksum, arms.trials().size(), first);
            TrialSet set = trialSet(arms, lengths, settings.request());
            if (options.foretell()) {
                List<Trial> open = set.open();
                experiment.jobs().foretell(open, mixture(open, arms), settings.jobs(), facts.heldOutTokens());
            }
            TrialRunner runner = new TrialRunner(files, recipe.name(), options.trialCommands(), progress, signal);
            return end(experiment, runner.run(set, settings.jobs()));
        }
    }

    private Experiment.Identity identity() {
        return new Experiment.Identity(
                recipe.yaml(),
                recipe.sha256(),
                recipe.base().data().source(),
                recipe.seeds(),
                recipe.base().engine());
    }

    /** Returns the recipe whose speed the forecast is based on: the mixture's. */
    private static Recipe mixture(List<Trial> open, Arms arms) {
        return open.stream()
                .map(Trial::recipe)
                .filter(trial -> trial.model().equals(arms.reference().recipe().model()))
                .findFirst()
                .orElseGet(() -> arms.reference().recipe());
    }

    private TrialSet trialSet(Arms arms, List<Long> lengths, EngineRequest engine) {
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < lengths.size(); i++) {
            Arms.Trial trial = arms.trials().get(i);
            trials.add(new Trial(trial.name(), folder.trial(trial), trial.recipe(engine), lengths.get(i)));
        }
        return new TrialSet(folder.path(), trials);
    }

    private Result end(Experiment experiment, TrialRunner.Tried tried) {
        StudyResults.Output output = StudyResults.read(folder.path());
        if (tried.finished()) {
            folder.files().write(output.result());
        }
        experiment.end(tried);
        return new Result(folder.path(), tried.finished(), tried.nothingToDo(), output);
    }
}
