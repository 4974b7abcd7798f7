package dev.mojave.cli.console;

import dev.mojave.base.Failure;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Gives standard error back to the user. The JVM prints warnings that no option silences (the vector module is an incubator),
 * so the launcher starts it with the user's standard error as descriptor 3 and a pipe of its own as descriptor 2. What arrives
 * in that pipe before {@link #reachedMain()} is shown only if the JVM dies before it; {@link #restore()} then makes descriptor 2
 * the user's again, for Java and for native libraries alike. The launcher says so with {@code -Dmojave.stderr=3}.
 */
public final class StandardError {
    private static boolean diverted = Integer.getInteger("mojave.stderr") != null;

    private StandardError() {}

    /** Tells the launcher that the JVM has started: what it said until now is noise. */
    public static void reachedMain() {
        if (diverted) {
            System.err.println("mojave: started");
        }
    }

    /**
     * Makes descriptor 2 the user's standard error, once. Called before anything is written there and before any verb runs, not
     * at once: setting up the foreign linker takes longer than printing the help.
     */
    @SuppressWarnings("restricted")
    public // a system call is what this is for
    static synchronized void restore() {
        if (!diverted) {
            return;
        }
        diverted = false;
        int user = Integer.getInteger("mojave.stderr", 3);
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor dup2 =
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        MethodHandle call = linker.downcallHandle(linker.defaultLookup().findOrThrow("dup2"), dup2);
        int result;
        try {
            result = (int) call.invokeExact(user, 2);
        } catch (Throwable e) {
            throw new IllegalStateException("dup2 cannot be called", e);
        }
        if (result != 2) {
            throw Failure.environment("standard error (descriptor %d) cannot be used", user);
        }
    }
}
