package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Forecast;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.result.study.MapPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.List;

/**
 * Forecasts the cost of a study with axes or tuning: counts its trials and measures a step of the mixture, run one after another and
 * concurrently.
 */
public final class StudyForecast {
    private StudyForecast() {}

    /** Counts and measures without creating any trial. */
    public static MapPlanResult of(StudyDesign design, TrialCommands commands, Progress progress) {
        List<Trial> trials;
        Recipe sample;
        long heldOut;
        // Chosen once: processes that each measured the machine for themselves could choose differently.
        EngineRequest asked = design.first().base().engine();
        EngineRequest engine = EngineRequest.of(Engine.choose(asked, progress));
        try (PreparedData data = PreparedData.open(design.first().base().data(), progress)) {
            int vocabulary = data.tokenizer().vocabSize();
            StudyTrials.check(design, vocabulary);
            ExperimentFolder nowhere = new ExperimentFolder(ExperimentFolder.Kind.MAP, Path.of(design.name()));
            StudyTrials all = new StudyTrials(design, nowhere, engine, vocabulary, Lengths.of(design, data)::tokens);
            trials = all.all();
            Arms.Arm reference = all.arms(design.cells().getFirst()).reference();
            sample = trials.stream()
                    .map(Trial::recipe)
                    .filter(recipe -> recipe.model().equals(reference.recipe().model()))
                    .findFirst()
                    .orElseGet(() -> trials.getFirst().recipe());
            heldOut = data.validation().tokens();
        }
        int arms = design.first().arms().size();
        int seeds = design.first().seeds().size();
        return new MapPlanResult(
                design.cells().size(),
                arms,
                seeds,
                trials.size() - design.cells().size() * arms * seeds,
                trials.size(),
                trials.stream().mapToLong(Trial::tokens).sum(),
                Forecast.flops(trials),
                new Forecast(commands, progress).times(trials, sample, asked.threads(), heldOut));
    }
}
