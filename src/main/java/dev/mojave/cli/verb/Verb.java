package dev.mojave.cli.verb;

import dev.mojave.cli.Verbs;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;

/**
 * One thing that {@code mojave} does. A verb is a picocli {@code @Command} with a one-line description and a footer under the
 * heading {@link #EXAMPLE} that runs as printed; {@link Verbs} lists it.
 */
public interface Verb {
    /** The heading of every verb's last help section. */
    String EXAMPLE = "%nExample:%n";

    /**
     * Does the work. Failures are thrown, not printed: {@link ExitCodes} turns them into a message and a code.
     *
     * @return the exit code, 0 for success
     * @throws Exception whatever went wrong
     */
    int run(Console console) throws Exception;
}
