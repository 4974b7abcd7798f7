package dev.mojave.cli.console;

import dev.mojave.base.Failure;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Restores the user's standard error. The JVM prints warnings that no option silences (the vector module is an incubator module),
 * so the launcher starts it with the user's standard error as descriptor 3 and a pipe of its own as descriptor 2. The content of
 * that pipe is shown only if the JVM dies before {@link #reachedMain()}; {@link #restore()} then makes descriptor 2 the user's
 * again, for Java and for native libraries. The launcher signals this arrangement with {@code -Dmojave.stderr=3}.
 */
public final class StandardError {
    private static boolean diverted = Integer.getInteger("mojave.stderr") != null;

    private StandardError() {}

    /** Tells the launcher that the JVM has started, so that its output up to now can be discarded. */
    public static void reachedMain() {
        if (diverted) {
            System.err.println("mojave: started");
        }
    }

    /**
     * Makes descriptor 2 the user's standard error, once. It is called before anything is written there and before any verb runs, but not
     * at the start, because setting up the foreign linker takes longer than printing the help text.
     */
    @SuppressWarnings("restricted")
    public // the restricted call is dup2
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
