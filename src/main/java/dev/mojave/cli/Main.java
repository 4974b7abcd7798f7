package dev.mojave.cli;

import dev.mojave.base.BuildInfo;
import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.base.UserHome;
import dev.mojave.base.process.OwnedProcess;
import dev.mojave.base.process.ShellWord;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;
import dev.mojave.cli.console.Signals;
import dev.mojave.cli.console.StandardError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The entry point of the program: reads the command line, runs one verb, and exits with the verb's exit code. */
public final class Main {
    private Main() {}

    /** Runs the command line of this process and ends the process. */
    public static void main(String[] arguments) {
        StandardError.reachedMain();
        publishHome();
        Console console = Console.system();
        try {
            Arguments.require(arguments);
        } catch (Failure e) {
            console.error(String.valueOf(e.getMessage()));
            System.exit(e.kind().exitCode());
        }
        Optional<OwnedProcess> owned = OwnedProcess.ofThisProcess();
        owned.ifPresent(Signals::leaveTo);
        EarlyStart early = EarlyStart.of(console, arguments);
        int code = run(console, arguments);
        early.await();
        owned.ifPresent(process -> process.exit(code));
        System.exit(code);
    }

    private static void publishHome() {
        try {
            UserHome.publish();
        } catch (Failure e) {
            // A verb that needs the folder fails in the same way; others work without it.
        }
    }

    /** Runs one command line and returns its exit code; all output goes through the console. */
    static int run(Console console, String... arguments) {
        try {
            if (arguments.length == 1 && HelpText.ASKED.contains(arguments[0])) {
                console.print(HelpText.topLevel());
                return ExitCodes.OK;
            }
            return CommandTree.of(console, arguments).execute(arguments);
        } catch (Throwable e) {
            ExitCodes.Outcome outcome = ExitCodes.of(e);
            console.error(outcome.message() + (outcome.internal() ? logged(e, arguments) : ""));
            return outcome.code();
        }
    }

    /** Writes the stack trace of an internal error to a file and returns a message that names the file; users have no use for a stack trace. */
    private static String logged(Throwable error, String... arguments) {
        StringWriter trace = new StringWriter();
        PrintWriter writer = new PrintWriter(trace);
        writer.println("mojave " + ShellWord.line(List.of(arguments)));
        writer.println(BuildInfo.current());
        error.printStackTrace(writer);
        writer.flush();
        for (Path folder : logFolders()) {
            try {
                Files.createDirectories(folder);
                Path file = Files.createTempFile(folder, "error-", ".txt");
                Files.writeString(file, trace.toString());
                return "; this is a bug in Mojave, please report it and attach " + file;
            } catch (IOException e) {
                // Try the next folder.
            }
        }
        return "; this is a bug in Mojave, please report it:\n" + trace;
    }

    private static List<Path> logFolders() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            return List.of(MojaveHome.path().resolve("logs"), temporary);
        } catch (Failure e) {
            return List.of(temporary);
        }
    }
}
