package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.Experiment;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialRunner;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.recipe.Recipe;
import java.util.List;
import java.util.function.Function;

/**
 * Runs the trials of a study or a map: every trial in a process of its own, as many concurrently as give the highest throughput, all with
 * the engine that was chosen at the start.
 *
 * <p>Finished trials are never repeated: a study that was stopped, was killed or failed in part resumes with the trials that have no
 * result, each from its last checkpoint, and ends with the same losses as an uninterrupted one.
 */
public final class StudySession {
    private final StudyDesign design;
    private final ExperimentFolder folder;
    private final ExperimentOptions options;
    private final Progress progress;
    private final StopSignal signal;

    /** Creates a session, which starts with {@link #run}. */
    public StudySession(StudyDesign design, ExperimentOptions options, Progress progress, StopSignal signal) {
        this.design = design;
        this.folder = new ExperimentFolder(
                design.isMap() ? ExperimentFolder.Kind.MAP : ExperimentFolder.Kind.STUDY,
                RunFolder.path(options.output(), design.name()));
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /** Returns the folder. */
    public ExperimentFolder folder() {
        return folder;
    }

    /**
     * Runs until every trial was attempted or the signal asks to stop.
     *
     * @param end reads and returns the results of the trials; called while the folder is locked
     * @throws dev.mojave.base.Failure of kind USAGE if the name is taken, the recipe does not hold together, or is another than the study's; of
     *     the kinds of the data and the engine
     */
    public <T> T run(Function<TrialRunner.Tried, T> end) {
        boolean going = folder.claim(
                options,
                design.tree(),
                () -> StudyDesign.read(folder.recipe(), List.of(), true).tree());
        DataFacts facts;
        String checksum;
        Lengths lengths;
        try (PreparedData data = PreparedData.open(design.first().base().data(), progress)) {
            facts = DataFacts.of(data);
            checksum = data.checksum();
            StudyTrials.check(design, facts.vocabulary());
            lengths = Lengths.of(design, data);
        }
        folder.make();
        try (RunLock _ = RunLock.take(folder.path())) {
            Experiment experiment = new Experiment(folder, identity(), options, progress);
            Experiment.Settings settings = going
                    ? experiment.goOn(checksum)
                    : experiment.begin(facts, checksum, design.trials(), first(facts.vocabulary()));
            StudyTrials trials =
                    new StudyTrials(design, folder, settings.request(), facts.vocabulary(), lengths::tokens);
            if (options.foretell()) {
                foretell(experiment, trials, settings.jobs(), facts.heldOutTokens());
            }
            TrialRunner runner = new TrialRunner(folder, design.name(), options.trialCommands(), progress, signal);
            TrialRunner.Tried tried = runner.run(trials, settings.jobs(), trials.expected());
            TrialRunner.Tried counted = tried.excusing(trials.excused());
            T left = end.apply(counted);
            experiment.end(counted);
            return left;
        }
    }

    private Experiment.Identity identity() {
        return new Experiment.Identity(
                design.yaml(),
                design.sha256(),
                design.first().base().data().source(),
                design.first().seeds(),
                design.first().base().engine());
    }

    private Recipe first(int vocabulary) {
        Arms.Arm arm = Arms.resolve(design.first(), vocabulary).all().getFirst();
        long seed = design.first().seeds().getFirst();
        return new Arms.Trial(arm, seed).recipe(design.first().base().engine());
    }

    /** Predicts the time from the speed of the mixture, which represents all arms. */
    private void foretell(Experiment experiment, StudyTrials trials, int jobs, long heldOutTokens) {
        Arms.Arm reference = trials.arms(design.cells().getFirst()).reference();
        List<Trial> open =
                trials.all().stream().filter(trial -> !trial.complete()).toList();
        Recipe sample = open.stream()
                .map(Trial::recipe)
                .filter(recipe -> recipe.model().equals(reference.recipe().model()))
                .findFirst()
                .orElseGet(reference::recipe);
        experiment.jobs().foretell(open, sample, jobs, heldOutTokens);
    }
}
