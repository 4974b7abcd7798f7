package dev.mojave.cli.verb.study;

import dev.mojave.lab.trials.TrialCommands;
import java.nio.file.Path;
import java.util.List;

/** Runs trials with this program's own verbs, in processes that end with the process that started them. */
record OwnCommands(OwnProgram program) implements TrialCommands {
    @Override
    public List<String> train(Path folder) {
        return program.command(List.of("train", folder.toString(), "--resume", "auto"));
    }

    @Override
    public List<String> plan(Path recipe, int threads) {
        return program.command(List.of("plan", recipe.toString(), "--json", "--set", "engine.threads=" + threads));
    }
}
