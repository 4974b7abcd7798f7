package dev.mojave.lab.sweep;

import dev.mojave.base.Progress;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.lab.trials.ExpectedTime;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.lab.trials.Jobs;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.lab.trials.TrialJobs;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        List<SweepPlanResult.Time> times = new ArrayList<>();
        Map<Integer, Integer> ways = ways(recipe.first().engine().threads(), trials.size());
        progress.start("measuring", ways.size(), "ways to run the trials");
        ways.forEach((jobs, threads) -> {
            TrialJobs.measured(sample, file -> new Jobs(commands, progress).stepsPerSecond(file, jobs, threads))
                    .ifPresent(speed -> {
                        ExpectedTime time = ExpectedTime.of(trials, jobs, speed, sample, heldOut);
                        times.add(new SweepPlanResult.Time(jobs, threads, time.low(), time.high(), time.words()));
                    });
            progress.update(times.size(), "");
        });
        progress.finish("");
        return new SweepPlanResult(
                recipe.points().size(),
                recipe.seeds().size(),
                trials.size(),
                recipe.halving().isPresent(),
                trials.stream().mapToLong(Trial::tokens).sum(),
                trials.stream()
                        .mapToDouble(trial -> (double) trial.tokens()
                                * (double) trial.recipe().model().counts().flopsPerToken())
                        .sum(),
                times);
    }

    /**
     * Returns numbers of parallel jobs with the threads of each: one job at a time, and as many side by side as there are cores
     * for.
     */
    private static Map<Integer, Integer> ways(String threads, int trials) {
        int cores = TrialJobs.cores();
        boolean auto = threads.equals(EngineRequest.AUTO);
        int each = auto ? 1 : Integer.parseInt(threads);
        Map<Integer, Integer> ways = new LinkedHashMap<>();
        ways.put(1, auto ? cores : each);
        ways.putIfAbsent(Math.min(trials, Jobs.beside(cores, each)), each);
        return ways;
    }
}
