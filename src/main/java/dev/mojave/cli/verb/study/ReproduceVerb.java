package dev.mojave.cli.verb.study;

import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.options.JsonOption;
import dev.mojave.cli.verb.Verb;
import dev.mojave.lab.reproduce.Reproduction;
import dev.mojave.result.ReproduceResult;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a run again and compares the results. */
@Command(
        name = "reproduce",
        description = "Train a run again from its folder, and report whether it was reproduced bit for bit.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave reproduce runs/first")
public final class ReproduceVerb implements Verb {
    @Parameters(
            paramLabel = "RUN",
            description =
                    "Folder of a finished run. If commit, processor, libraries, engine or data have changed, validation losses are"
                            + " compared instead; the tolerance for a trial of a study is the spread over the other seeds of its arm.")
    Path run = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "Folder in which to keep the second run; default: a temporary folder that is removed at the end.")
    @Nullable
    Path output;

    @Mixin
    final JsonOption json = new JsonOption();

    @Override
    public int run(Console console) {
        boolean asJson = json.chosen(console);
        String command =
                "mojave reproduce " + ShellWord.of(run) + (output == null ? "" : " --output " + ShellWord.of(output));
        Reproduction.Options options = new Reproduction.Options(run, Optional.ofNullable(output), command);
        String first = output == null
                ? "finishing this step and removing the second run first"
                : "finishing this step and saving first";
        try (Signals signals = Signals.listen(console, first)) {
            Optional<ReproduceResult> result = Reproduction.run(options, console, signals);
            if (result.isEmpty()) {
                console.say(
                        output == null
                                ? "stopped: nothing was compared"
                                : "stopped: nothing was compared yet; repeat the command to continue: ./" + command);
                return signals.exitCode();
            }
            if (asJson) {
                console.json(result.get());
            } else {
                console.print(new ReproduceText(run, result.get()).text());
            }
            return result.get().holds() ? ExitCodes.OK : ExitCodes.CHECK;
        }
    }
}
