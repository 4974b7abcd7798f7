package dev.mojave.cli.console;

import dev.mojave.base.StopSignal;
import dev.mojave.base.process.OwnedProcess;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into a request to stop: the work finishes its step and saves, and the program exits with 130, 143
 * or 129. A second signal ends the process immediately with its own code. Closing restores the previous signal handlers.
 *
 * <p>{@code sun.misc.Signal} is the only way to handle signals in Java. {@code jdk.unsupported} exports it for this purpose, but javac warns
 * about each use and the warning cannot be suppressed, hence the reflection.
 */
public final class Signals implements StopSignal, AutoCloseable {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    /** The owner of this process, if there is one: it receives the terminal's signals, too, and is the one to respond. */
    private static volatile Optional<OwnedProcess> owned = Optional.empty();

    private final Runnable onFirst;
    private final IntConsumer onSecond;
    private final List<Runnable> restore = new ArrayList<>();
    private volatile int code;

    private Signals(Runnable onFirst, IntConsumer onSecond) {
        this.onFirst = onFirst;
        this.onSecond = onSecond;
    }

    /** Makes stop requests come only from the owner of this process from now on. */
    public static void leaveTo(OwnedProcess process) {
        owned = Optional.of(process);
    }

    /** Listens until closed, for work that saves its state; the first signal is acknowledged on the console. */
    public static Signals listen(Console console) {
        return listen(console, "finishing this step and saving first");
    }

    /** Listens until closed; the first signal is acknowledged with what is still going to be done. */
    public static Signals listen(Console console, String first) {
        return listen(
                () -> console.say("stopping: " + first + "; a second signal stops immediately"),
                code -> Runtime.getRuntime().halt(code));
    }

    /** Listens with the given handlers: one runs on the first signal, the other receives the exit code of the second one. */
    static Signals listen(Runnable onFirst, IntConsumer onSecond) {
        Signals signals = new Signals(onFirst, onSecond);
        if (owned.isEmpty()) {
            NUMBERS.forEach(signals::install);
        }
        return signals;
    }

    private void install(String name, int number) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        received(128 + number);
                        return null;
                    });
            Object former = handle.invoke(null, signal, handler);
            restore.add(() -> {
                try {
                    handle.invoke(null, signal, former);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("the handler of " + name + " cannot be restored", e);
                }
            });
        } catch (InvocationTargetException e) {
            // This system lacks the signal (Windows has no HUP) or reserves it: there is nothing to listen for.
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("sun.misc.Signal is not as expected", e);
        }
    }

    private void received(int own) {
        boolean first;
        synchronized (this) {
            first = code == 0;
            if (first) {
                code = own;
            }
        }
        if (first) {
            onFirst.run();
        } else {
            onSecond.accept(own);
        }
    }

    @Override
    public boolean requested() {
        return exitCode() != 0;
    }

    @Override
    public int exitCode() {
        return owned.map(StopSignal::exitCode).orElse(code);
    }

    @Override
    public void close() {
        restore.forEach(Runnable::run);
        restore.clear();
    }
}
