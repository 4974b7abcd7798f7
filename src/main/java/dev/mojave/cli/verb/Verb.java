package dev.mojave.cli.verb;

import dev.mojave.cli.Verbs;
import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.ExitCodes;

/**
 * A command of {@code mojave}. A verb is a picocli {@code @Command} with a one-line description and, under the heading
 * {@link #EXAMPLE}, a footer with an example that runs as printed; {@link Verbs} lists all verbs.
 */
public interface Verb {
    /** The heading of every verb's last help section. */
    String EXAMPLE = "%nExample:%n";

    /**
     * Does the work. Failures are thrown, not printed: {@link ExitCodes} turns them into a message and a code.
     *
     * @return the exit code, 0 for success
     * @throws Exception if anything goes wrong
     */
    int run(Console console) throws Exception;
}
