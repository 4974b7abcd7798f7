package dev.mojave.lab.sweep;

import dev.mojave.base.Progress;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Forecast;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.List;

/**
 * Forecasts the cost of a sweep before it runs: counts its trials and measures the speed of the first one, run one after another
 * and side by side.
 */
public final class SweepForecast {
    private SweepForecast() {}

    /** Returns the forecast; runs and writes no trials. */
    public static SweepPlanResult of(SweepRecipe recipe, TrialCommands commands, Progress progress) {
        List<Trial> trials;
        long heldOut;
        // Chosen once, since processes that each measured the machine could choose differently.
        EngineRequest engine = EngineRequest.of(Engine.choose(recipe.first().engine(), progress));
        try (PreparedData data = PreparedData.open(recipe.first().data(), progress)) {
            ExperimentFolder nowhere = new ExperimentFolder(ExperimentFolder.Kind.SWEEP, Path.of(recipe.name()));
            trials = new SweepTrials(
                            recipe, nowhere, engine, data.tokenizer().vocabSize(), SweepTrials.lengths(recipe, data))
                    .atLeast();
            heldOut = data.validation().tokens();
        }
        Recipe sample = trials.getFirst().recipe();
        List<SweepPlanResult.Time> times = new Forecast(commands, progress)
                .times(trials, sample, recipe.first().engine().threads(), heldOut);
        return new SweepPlanResult(
                recipe.points().size(),
                recipe.seeds().size(),
                trials.size(),
                recipe.halving().isPresent(),
                trials.stream().mapToLong(Trial::tokens).sum(),
                Forecast.flops(trials),
                times);
    }
}
