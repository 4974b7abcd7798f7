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
 * Starts the engine while the command line is still being read, for verbs that will want it as it is: loading the native libraries takes
 * longer than everything else before the first token, and there is another core.
 */
final class EarlyStart {
    /** Verbs that configure the engine with {@link EngineRequest#DEFAULT}; others read in a recipe what they want. */
    private static final Set<String> VERBS = Set.of("generate");

    private final Optional<Thread> thread;

    private EarlyStart(Optional<Thread> thread) {
        this.thread = thread;
    }

    /** Begins, where the command line says so: a verb that computes and a folder that is there, no question for help. */
    static EarlyStart of(Progress progress, String... arguments) {
        return new EarlyStart(
                wanted(arguments)
                        ? Optional.of(
                                Thread.ofPlatform().daemon().name("early-start").start(() -> start(progress)))
                        : Optional.empty());
    }

    /** Returns whether a command line will surely come to the point where it needs the engine, as far as a glance can tell. */
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
        // What native libraries say while they load is for the user.
        StandardError.restore();
        try {
            Engine.prepare(EngineRequest.DEFAULT, progress);
        } catch (Failure e) {
            // The verb asks for the engine too, and fails with this where the user is told.
        }
    }

    /** Waits until what was begun is done: a process that ends while a library loads destroys what it has just made. */
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
