package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.base.files.Folders;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Terminal;
import dev.mojave.tensor.engine.Engine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The program that the launcher runs once after a build to record the classes that a start loads. It exercises the command line, discarding
 * the output, and if the native libraries can be loaded, it trains a tiny model and generates text with it: half of the classes needed for a
 * first token belong to libtorch.
 */
final class Warmup {
    private static final String NAME = "warmup";

    private static final int DOCUMENTS = 60;

    private Warmup() {}

    /** Runs the starts to be recorded; failures do not matter, because a start may fail, too. */
    public static void main(String[] arguments) throws IOException {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            Console console = new Console(nowhere, () -> nowhere, Terminal.detect());
            Main.run(console, "--help");
            Main.run(console, "--version");
            Main.run(console, "no-such-verb");
            Main.run(console, "models");
            Main.run(console, "models", "--json");
            for (String verb : Verbs.NAMES) {
                Main.run(console, verb, "--help");
            }
            Path folder = Files.createTempDirectory("mojave-" + NAME);
            try {
                boolean computed = compute(console, folder);
                console.say(
                        computed ? "computed" : "native libraries cannot be loaded: only the command line is recorded");
            } finally {
                Folders.delete(folder);
            }
        }
        // As at the end of an ordinary start: libtorch's objects are not destroyed.
        System.exit(ExitCodes.OK);
    }

    /** Trains, generates and evaluates in a folder; returns whether all of it succeeded. */
    static boolean compute(Console console, Path folder) throws IOException {
        try {
            // Use the choice at hand: the machine is measured in a user's first run, not here.
            Engine.load();
        } catch (Failure e) {
            return false;
        }
        Path text = folder.resolve("text.jsonl");
        Files.write(
                text,
                IntStream.range(0, DOCUMENTS)
                        .mapToObj(i -> "{\"text\": \"a line of text, the " + i + "th\"}")
                        .toList());
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(recipe, String.format(Locale.ROOT, """
                name: %s
                data: {source: %s, tokenizer: byte, validation: {documents: 0.2}}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 2, steps: 2, learning_rate: 1.0e-3}
                engine: {precision: fp32}
                """, NAME, text));
        String run = folder.resolve(NAME).toString();
        return Main.run(console, "train", recipe.toString(), "--output", folder.toString()) == ExitCodes.OK
                && Main.run(console, "generate", run, "--prompt", "a ", "--max-tokens", "20") == ExitCodes.OK
                && Main.run(console, "eval", "perplexity", run) == ExitCodes.OK;
    }
}
