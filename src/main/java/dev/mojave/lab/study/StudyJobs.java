package dev.mojave.lab.study;

import dev.mojave.base.IoFailures;
import dev.mojave.base.Progress;
import dev.mojave.lab.trials.ExpectedTime;
import dev.mojave.lab.trials.Jobs;
import dev.mojave.lab.trials.Trial;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.run.Recipe;
import dev.mojave.run.StudyRecipe;
import dev.mojave.tensor.engine.EngineRequest;
import dev.mojave.tensor.engine.MachineInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/** How many trials of a study run side by side, and what that leaves of the machine to each. */
final class StudyJobs {
    /** FLOPs of training that take less than a minute or so: measuring first would take a good part of that. */
    private static final double WORTH_MEASURING = 1e12;

    private final StudyRecipe recipe;
    private final OptionalInt asked;
    private final TrialCommands commands;
    private final Progress progress;

    /** Decides; {@code asked} is what someone typed. */
    StudyJobs(StudyRecipe recipe, OptionalInt asked, TrialCommands commands, Progress progress) {
        this.recipe = recipe;
        this.asked = asked;
        this.commands = commands;
        this.progress = progress;
    }

    /** Returns the usable cores. */
    static int cores() {
        return MachineInfo.detect().cores();
    }

    /** What was asked for; else as many as the threads that the recipe asks for leave room for; else what is fastest. */
    int of(Arms arms) {
        String threads = recipe.base().engine().threads();
        if (asked.isPresent()) {
            return asked.getAsInt();
        }
        if (!threads.equals(EngineRequest.AUTO)) {
            return Jobs.beside(cores(), Integer.parseInt(threads));
        }
        if (cores() == 1 || arms.trials().size() == 1) {
            return 1;
        }
        Recipe first = arms.trials().getFirst().recipe(recipe.base().engine());
        return measured(first, sample -> new Jobs(commands, progress).measure(sample, cores()));
    }

    /**
     * Says how long trials will take, where that is worth a measurement: the mixture's speed stands for every arm's.
     *
     * @param open trials that have yet to be trained, with the study's engine
     * @param jobs how many run side by side
     */
    void foretell(List<Trial> open, Arms.Arm mixture, int jobs, long heldOutTokens) {
        double flops = open.stream()
                .mapToDouble(trial -> (double) trial.tokens()
                        * (double) trial.recipe().model().counts().flopsPerToken())
                .sum();
        if (flops < WORTH_MEASURING) {
            return;
        }
        Recipe sample = open.stream()
                .map(Trial::recipe)
                .filter(trial -> trial.model().equals(mixture.recipe().model()))
                .findFirst()
                .orElse(open.getFirst().recipe());
        int beside = Math.min(jobs, open.size());
        int threads = Integer.parseInt(sample.engine().threads());
        progress.start("measuring how long this takes", 1, "models");
        OptionalDouble speed =
                measured(sample, file -> new Jobs(commands, progress).stepsPerSecond(file, beside, threads));
        progress.finish("");
        speed.ifPresent(stepsPerSecond -> {
            ExpectedTime expected = ExpectedTime.of(open, beside, stepsPerSecond, heldOutTokens);
            progress.say(open.size() + " trials, " + (beside == 1 ? "one after another" : beside + " side by side")
                    + ": " + expected.words() + " on this machine");
        });
    }

    private static <T> T measured(Recipe recipe, Function<Path, T> measurement) {
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

    /** The engine as the recipe asks for it, the cores shared out among trials that run side by side. */
    EngineRequest engine(int jobs) {
        EngineRequest request = recipe.base().engine();
        return jobs == 1 || !request.threads().equals(EngineRequest.AUTO)
                ? request
                : request.withThreads(Math.max(1, cores() / jobs));
    }
}
