package dev.mojave.lab.trials;

import dev.mojave.base.Plural;
import dev.mojave.base.Progress;
import dev.mojave.base.files.IoFailures;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/** Decides how many trials of an experiment run side by side, and how many cores each of them gets. */
public final class TrialJobs {
    /** Experiments with fewer FLOPs take less than about a minute, of which a measurement would be a large part. */
    private static final double WORTH_MEASURING = 1e12;

    private final EngineRequest engine;
    private final OptionalInt asked;
    private final TrialCommands commands;
    private final Progress progress;

    /** Creates the decision; {@code asked} is the number that the user gave. */
    TrialJobs(EngineRequest engine, OptionalInt asked, TrialCommands commands, Progress progress) {
        this.engine = engine;
        this.asked = asked;
        this.commands = commands;
        this.progress = progress;
    }

    /** Returns the number of usable cores. */
    public static int cores() {
        return MachineInfo.detect().cores();
    }

    /**
     * Returns the number of trials to run side by side: the number that the user gave, or else as many as the recipe's number of
     * threads leaves room for, or else the fastest.
     *
     * @param trials number of trials
     * @param sample a trial's recipe, with the requested engine
     */
    int of(int trials, Recipe sample) {
        if (asked.isPresent()) {
            return asked.getAsInt();
        }
        if (!engine.threads().equals(EngineRequest.AUTO)) {
            return Jobs.beside(cores(), Integer.parseInt(engine.threads()));
        }
        if (cores() == 1 || trials == 1) {
            return 1;
        }
        return measured(sample, file -> new Jobs(commands, progress).measure(file, cores()));
    }

    /**
     * Reports how long trials will take, if they are long enough to be worth a measurement. The speed of one is measured, and the
     * others are scaled by FLOPs.
     *
     * @param open trials that have yet to be trained, with the experiment's engine
     * @param sample the recipe to measure
     * @param jobs number of trials that run side by side
     */
    public void foretell(List<Trial> open, Recipe sample, int jobs, long heldOutTokens) {
        double flops = open.stream()
                .mapToDouble(trial -> (double) trial.tokens()
                        * (double) trial.recipe().model().counts().flopsPerToken())
                .sum();
        if (flops < WORTH_MEASURING) {
            return;
        }
        int beside = Math.min(jobs, open.size());
        int threads = Integer.parseInt(sample.engine().threads());
        progress.start("measuring how long this takes", 1, "models");
        OptionalDouble speed =
                measured(sample, file -> new Jobs(commands, progress).stepsPerSecond(file, beside, threads));
        progress.finish("");
        speed.ifPresent(stepsPerSecond -> {
            ExpectedTime expected = ExpectedTime.of(open, beside, stepsPerSecond, sample, heldOutTokens);
            progress.say(Plural.of(open.size(), "trial") + ", "
                    + (beside == 1 ? "one after another" : beside + " side by side") + ": " + expected.words()
                    + " on this machine");
        });
    }

    /** Writes a trial's recipe to a temporary file and applies a measurement to it. */
    public static <T> T measured(Recipe recipe, Function<Path, T> measurement) {
        Path sample = Path.of("sample.yaml");
        try {
            sample = Files.createTempFile("mojave-trial", ".yaml");
            Files.writeString(sample, recipe.yaml());
            T measured = measurement.apply(sample);
            Files.delete(sample);
            return measured;
        } catch (IOException e) {
            throw IoFailures.of("write a trial's recipe", sample, e);
        }
    }

    /** Returns the engine that the recipe requests, with the cores divided among the trials that run side by side. */
    EngineRequest engine(int jobs) {
        return jobs == 1 || !engine.threads().equals(EngineRequest.AUTO)
                ? engine
                : engine.withThreads(Math.max(1, cores() / jobs));
    }
}
