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

/** Trains a run again and compares. */
@Command(
        name = "reproduce",
        description = "Train a run again from its folder, and say whether it came out bit for bit.",
        footerHeading = Verb.EXAMPLE,
        footer = "  ./mojave reproduce runs/first")
public final class ReproduceVerb implements Verb {
    @Parameters(
            paramLabel = "RUN",
            description =
                    "A finished run's folder. Where commit, processor, libraries, engine or data are others now, validation losses"
                            + " are compared, those of a study's trial with the spread of its arm's other seeds.")
    Path run = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Folder in which the second run is kept; default: a temporary one, removed at the end.")
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
                ? "this step ends, and what was trained again is removed"
                : "this step ends and is saved first";
        try (Signals signals = Signals.listen(console, first)) {
            Optional<ReproduceResult> result = Reproduction.run(options, console, signals);
            if (result.isEmpty()) {
                console.say(
                        output == null
                                ? "stopped: nothing was compared"
                                : "stopped: nothing was compared yet; the same command goes on: ./" + command);
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
