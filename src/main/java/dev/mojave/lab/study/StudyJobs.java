package dev.mojave.lab.study;

import dev.mojave.base.IoFailures;
import dev.mojave.base.Progress;
import dev.mojave.lab.trials.Jobs;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.run.StudyRecipe;
import dev.mojave.tensor.engine.EngineRequest;
import dev.mojave.tensor.engine.MachineInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** How many trials of a study run side by side, and what that leaves of the machine to each. */
final class StudyJobs {
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
        Arms.Trial first = arms.trials().getFirst();
        Path sample = Path.of("sample.yaml");
        try {
            sample = Files.createTempFile("mojave-trial", ".yaml");
            Files.writeString(sample, first.recipe(recipe.base().engine()).yaml());
            int jobs = new Jobs(commands, progress).measure(sample, cores());
            Files.delete(sample);
            return jobs;
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
