package dev.mojave.cli;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.cli.console.StandardError;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Starts the engine on another core while the command line is still being parsed, for verbs that use the default engine: loading the native
 * libraries takes longer than everything else before the first token.
 */
final class EarlyStart {
    /** Verbs that configure the engine with {@link EngineRequest#DEFAULT}; others read their engine settings from a recipe. */
    private static final Set<String> VERBS = Set.of("generate");

    private final Optional<Thread> thread;

    private EarlyStart(Optional<Thread> thread) {
        this.thread = thread;
    }

    /** Starts the engine if the command line has such a verb and an existing folder, and does not ask for help. */
    static EarlyStart of(Progress progress, String... arguments) {
        return new EarlyStart(
                wanted(arguments)
                        ? Optional.of(
                                Thread.ofPlatform().daemon().name("early-start").start(() -> start(progress)))
                        : Optional.empty());
    }

    /** Returns whether a command line is going to need the engine, as far as a quick look can tell. */
    static boolean wanted(String... arguments) {
        return arguments.length > 1
                && VERBS.contains(arguments[0])
                && Arrays.stream(arguments).noneMatch(HelpText.ASKED::contains)
                && Arrays.stream(arguments).skip(1).anyMatch(EarlyStart::isFolder);
    }

    private static boolean isFolder(String argument) {
        return !argument.startsWith("-") && argument.indexOf('\0') < 0 && Files.isDirectory(Path.of(argument));
    }

    private static void start(Progress progress) {
        // Messages that native libraries print while they load must reach the user.
        StandardError.restore();
        try {
            Engine.prepare(EngineRequest.DEFAULT, progress);
        } catch (Failure e) {
            // The verb requests the engine, too, and fails in the same way, which is reported to the user.
        }
    }

    /** Waits for the start to complete: ending a process while a library is being loaded can crash it. */
    void await() {
        thread.ifPresent(started -> {
            try {
                started.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
