package dev.mojave.lab.trials;

import dev.mojave.base.Progress;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Predicts the time of trials on this machine from a step of one of them, measured one after another and concurrently. */
public final class Forecast {
    private final TrialCommands commands;
    private final Progress progress;

    /** Creates a forecast that measures by running {@code plan} in child processes. */
    public Forecast(TrialCommands commands, Progress progress) {
        this.commands = commands;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param trials all trials
     * @param sample the recipe to measure; the time of other recipes is scaled by their FLOPs
     * @param threads threads requested by the experiment's recipe
     * @param heldOutTokens of the validation split
     * @return a time for each way to run them; empty if nothing could be measured
     */
    public List<SweepPlanResult.Time> times(List<Trial> trials, Recipe sample, String threads, long heldOutTokens) {
        List<SweepPlanResult.Time> times = new ArrayList<>();
        Map<Integer, Integer> ways = ways(threads, trials.size());
        progress.start("measuring", ways.size(), "ways to run the trials");
        ways.forEach((jobs, each) -> {
            TrialJobs.measured(sample, file -> new Jobs(commands, progress).stepsPerSecond(file, jobs, each))
                    .ifPresent(speed -> {
                        ExpectedTime time = ExpectedTime.of(trials, jobs, speed, sample, heldOutTokens);
                        times.add(new SweepPlanResult.Time(jobs, each, time.low(), time.high(), time.words()));
                    });
            progress.update(times.size(), "");
        });
        progress.finish("");
        return times;
    }

    /** Returns the training FLOPs of trials. */
    public static double flops(List<Trial> trials) {
        return trials.stream()
                .mapToDouble(trial -> (double) trial.tokens()
                        * (double) trial.recipe().model().counts().flopsPerToken())
                .sum();
    }

    /** Returns numbers of concurrent jobs with the threads of each: one job at a time, and as many as there are cores for. */
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
