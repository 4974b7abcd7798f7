package dev.mojave.cli;

import dev.mojave.base.JavaCommand;
import dev.mojave.lab.trials.TrialCommands;
import java.nio.file.Path;
import java.util.List;

/** Trials are worked on by this program's own verbs, in processes that end with the one that started them. */
final class OwnCommands implements TrialCommands {
    @Override
    public List<String> train(Path folder) {
        return JavaCommand.owned(Main.class, List.of("train", folder.toString(), "--resume", "auto"));
    }

    @Override
    public List<String> plan(Path recipe, int threads) {
        return JavaCommand.owned(
                Main.class, List.of("plan", recipe.toString(), "--json", "--set", "engine.threads=" + threads));
    }
}
