package dev.mojave.lab.trials;

import dev.mojave.base.process.JavaCommand;
import dev.mojave.cli.Main;
import java.nio.file.Path;
import java.util.List;

/** Commands that run trials with the program itself, as the command line does. */
public final class MainCommands implements TrialCommands {
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
