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
 * Starts libtorch with the choices made for this machine. They are made before the first tensor, because a process keeps its BLAS library.
 * Users of the library need not call anything: the first tensor starts the engine with {@link EngineRequest#DEFAULT}.
 */
public final class Engine {
    private static volatile @Nullable EngineChoice current;

    private Engine() {}

    /** Returns whether the engine has been started; it cannot be stopped. */
    static boolean running() {
        return current != null;
    }

    /**
     * Starts the engine if it is not running, without measuring anything: with the cached choice, or with a reasonable default for the
     * processor.
     */
    public static void load() {
        if (!running()) {
            start(EngineRequest.DEFAULT, false, Progress.SILENT);
        }
    }

    /**
     * Returns the choice that the engine runs with, and starts the engine if necessary.
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
     * Resolves a request for this machine, measuring it once if necessary, and starts the engine. Precision, threads and kernels can be
     * configured again later; the device and the BLAS library cannot.
     *
     * @throws Failure of kind USAGE if another device or BLAS library is in use, of kind ENVIRONMENT if the natives do not load
     */
    public static EngineChoice configure(EngineRequest request, Progress progress) {
        return start(request, true, progress);
    }

    /**
     * Returns the choice with which {@link #configure} would start the engine, without starting it. Processes that start an engine each use
     * it to agree on a choice without each measuring the machine.
     */
    public static synchronized EngineChoice choose(EngineRequest request, Progress progress) {
        return Resolver.resolve(request, current, true, progress);
    }

    /**
     * Starts the engine as {@link #configure} would, unless the machine would have to be measured first. A background thread calls this
     * while the main thread reads its inputs; {@link #configure} waits for it.
     *
     * @throws Failure of kind ENVIRONMENT if the natives do not load; {@link #configure} then fails too
     */
    public static synchronized void prepare(EngineRequest request, Progress progress) {
        if (!running()) {
            Resolver.settled(request).ifPresent(choice -> load(choice, progress));
        }
    }

    /** Returns the versions of the software that computes: {@code java}, {@code libtorch}, {@code openblas}, {@code mkl}. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("java", Runtime.version().toString());
        versions.putAll(Versions.libraries());
        return versions;
    }

    /**
     * Returns the measured rate of matrix products on this machine with a choice's library, threads and precision, in FLOPs per second.
     * This method measures nothing: the result is empty if no measurement is on record, on a GPU, and where measuring is not allowed.
     */
    public static OptionalDouble matmulCeiling(EngineChoice choice) {
        // The measured rates are the CPU's.
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
     * Starts the engine with exactly an earlier choice, so that a resumed run stays bit for bit the same.
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
