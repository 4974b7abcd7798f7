package dev.mojave.tensor.engine;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.natives.Natives;
import dev.mojave.tensor.engine.natives.Versions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Starts libtorch with the choices made for this machine. They come before the first tensor: a process has one BLAS library for
 * its life. Library users need not call anything; the first tensor starts the engine with {@link EngineRequest#DEFAULT}.
 */
public final class Engine {
    private static volatile @Nullable EngineChoice current;

    private Engine() {}

    /** Returns whether the engine has been started, which then cannot be undone. */
    static boolean running() {
        return current != null;
    }

    /** Starts the engine if it is not running, without measuring anything: a cached choice, else a sound one for the processor. */
    public static void load() {
        if (!running()) {
            start(EngineRequest.DEFAULT, false, Progress.SILENT);
        }
    }

    /**
     * Returns what the engine runs with, starting it if need be.
     *
     * @throws Failure of kind ENVIRONMENT if the native libraries do not load
     */
    public static EngineChoice current() {
        load();
        EngineChoice choice = current;
        if (choice == null) {
            throw new IllegalStateException("a started engine has a choice");
        }
        return choice;
    }

    /**
     * Resolves what is asked for this machine, measuring it once where that is needed, and starts the engine with it. Precision,
     * threads and kernels may be configured again later; the device and the BLAS library may not.
     *
     * @throws Failure of kind USAGE if another device or BLAS library is in use, of kind ENVIRONMENT if the natives do not load
     */
    public static EngineChoice configure(EngineRequest request, Progress progress) {
        return start(request, true, progress);
    }

    /**
     * Returns what {@link #configure} would start, without starting it: for processes that each start an engine and must agree, and must
     * not each measure the machine.
     */
    public static synchronized EngineChoice choose(EngineRequest request, Progress progress) {
        return Resolver.resolve(request, current, true, progress);
    }

    /**
     * Starts the engine as {@link #configure} would, unless the machine were to be measured for that: for a thread that does so while
     * another one reads what is to be computed. Who configures meanwhile waits.
     *
     * @throws Failure of kind ENVIRONMENT if the natives do not load; {@link #configure} then fails too
     */
    public static synchronized void prepare(EngineRequest request, Progress progress) {
        if (!running()) {
            Resolver.settled(request).ifPresent(choice -> load(choice, progress));
        }
    }

    /** Returns versions of what computes here: {@code java}, {@code libtorch}, {@code openblas}, {@code mkl}. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("java", Runtime.version().toString());
        versions.putAll(Versions.libraries());
        return versions;
    }

    /**
     * Returns the FLOPs per second that this machine's matrix products were once measured to reach with a choice's library, threads and
     * precision. Nothing is measured for it: it is empty where that was never done, on a GPU, and where measuring is not allowed.
     */
    public static OptionalDouble matmulCeiling(EngineChoice choice) {
        // What was measured is the CPU.
        return choice.device().equals(EngineChoice.CUDA)
                ? OptionalDouble.empty()
                : Resolver.known().map(known -> known.ceiling(choice)).orElse(OptionalDouble.empty());
    }

    private static synchronized EngineChoice start(EngineRequest request, boolean mayMeasure, Progress progress) {
        EngineChoice running = current;
        EngineChoice wanted = Resolver.resolve(request, running, mayMeasure, progress);
        if (running == null) {
            return load(wanted, progress);
        }
        sameDevice(running, wanted);
        sameBlas(running, wanted);
        Natives.setThreads(wanted.blas(), wanted.threads());
        wanted = withMalloc(wanted, running.malloc());
        current = wanted;
        return wanted;
    }

    private static EngineChoice load(EngineChoice wanted, Progress progress) {
        EngineChoice loaded = withMalloc(wanted, Natives.load(wanted.blas(), wanted.threads(), progress));
        if (loaded.device().equals(EngineChoice.CUDA)) {
            Natives.requireCuda();
        }
        current = loaded;
        return loaded;
    }

    /**
     * Starts the engine with exactly an earlier choice, so that what continues stays bit for bit the same.
     *
     * @throws Failure of kind ENVIRONMENT if this machine cannot honour it; the message says how to override
     */
    public static EngineChoice pin(EngineChoice choice) {
        try {
            EngineChoice started = start(EngineRequest.of(choice), false, Progress.SILENT);
            if (!started.kernels().equals(choice.kernels())) {
                throw Failure.environment(
                        "the Vector API module is missing (start Java with --add-modules jdk.incubator.vector)");
            }
            return started;
        } catch (Failure e) {
            throw Failure.environment(
                            "this machine cannot go on with the engine that the run began with (%s): %s. To continue with this"
                                    + " machine's own choice, not bit for bit the same, give --set engine.blas=auto --set"
                                    + " engine.kernels=auto",
                            choice, String.valueOf(e.getMessage()))
                    .because(e);
        }
    }

    private static void sameDevice(EngineChoice running, EngineChoice wanted) {
        if (!running.device().equals(wanted.device())) {
            throw Failure.usage(
                    "engine.device: %s cannot be used, because this process has already made tensors on %s; configure the engine"
                            + " before the first tensor, or start a new process",
                    wanted.device(), running.device());
        }
    }

    private static void sameBlas(EngineChoice running, EngineChoice wanted) {
        if (!running.blas().equals(wanted.blas())) {
            throw Failure.usage(
                    "engine.blas: %s cannot be used, because this process has already loaded %s and a process keeps its BLAS"
                            + " library; configure the engine before the first tensor, or start a new process",
                    wanted.blas(), running.blas());
        }
    }

    private static EngineChoice withMalloc(EngineChoice choice, String malloc) {
        return new EngineChoice(
                choice.device(), choice.precision(), choice.blas(), choice.threads(), choice.kernels(), malloc);
    }
}
