package dev.mojave.lab.trials;

import dev.mojave.base.Progress;
import dev.mojave.result.study.SweepPlanResult;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How long trials will take here: a step of one is measured, one after another and side by side. */
public final class Forecast {
    private final TrialCommands commands;
    private final Progress progress;

    /** Measures with the command line's own {@code plan}. */
    public Forecast(TrialCommands commands, Progress progress) {
        this.commands = commands;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @param trials all of them
     * @param sample the recipe that is measured: a step of another one takes as much longer as it has more FLOPs
     * @param threads what the experiment's recipe asks for
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

    /** Jobs and the threads of each: one after another, and as many side by side as there are cores for. */
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
