package dev.mojave.tensor.engine;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Turns {@code auto} into a choice for this machine. */
final class Resolver {
    private final EngineRequest request;
    private final MachineInfo machine = MachineInfo.detect();
    private final @Nullable EngineChoice running;
    private final Optional<Calibration> calibration;

    private Resolver(EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        this.request = request;
        this.running = running;
        Calibrator calibrator = new Calibrator(machine);
        // An engine that runs already was started without measuring: tests and library users do not wait for it.
        this.calibration = isOpen(request) && mayMeasure && running == null
                ? calibrator.cachedOrMeasured(progress)
                : calibrator.cached();
    }

    /**
     * Resolves every value; what already runs decides the BLAS library that {@code auto} means.
     *
     * @param mayMeasure whether to measure the machine if that was not done before; if not, a sound guess
     */
    static EngineChoice resolve(
            EngineRequest request, @Nullable EngineChoice running, boolean mayMeasure, Progress progress) {
        return new Resolver(request, running, mayMeasure, progress).choice(progress);
    }

    /** Resolves what can be resolved for good without measuring the machine: empty if it would have to be measured first. */
    static Optional<EngineChoice> settled(EngineRequest request) {
        Resolver resolver = new Resolver(request, null, false, Progress.SILENT);
        return isOpen(request) && resolver.calibration.isEmpty()
                ? Optional.empty()
                : Optional.of(resolver.choice(Progress.SILENT));
    }

    private EngineChoice choice(Progress progress) {
        boolean cuda = request.device().equals(EngineChoice.CUDA);
        return new EngineChoice(
                cuda ? EngineChoice.CUDA : "cpu",
                precision(),
                blas(),
                threads(),
                // The fused kernels are the CPU's; a GPU takes their plain twins.
                cuda ? "plain" : kernels(request, progress),
                EngineChoice.MALLOC_SYSTEM);
    }

    private static boolean isOpen(EngineRequest request) {
        return EngineRequest.isAuto(request.blas()) || EngineRequest.isAuto(request.precision());
    }

    private String precision() {
        if (!EngineRequest.isAuto(request.precision())) {
            return request.precision();
        }
        // What was measured is the CPU.
        return request.device().equals(EngineChoice.CUDA)
                ? "fp32"
                : calibration.map(Calibration::precision).orElse("fp32");
    }

    private String blas() {
        if (!EngineRequest.isAuto(request.blas())) {
            if (!hasNatives(request.blas())) {
                throw Failure.environment(
                        "engine.blas: %s is not available for %s %s; choose engine.blas: openblas",
                        request.blas(), System.getProperty("os.name"), System.getProperty("os.arch"));
            }
            return request.blas();
        }
        EngineChoice now = running;
        if (now != null) {
            return now.blas();
        }
        return calibration.map(Calibration::blas).orElseGet(this::likelyBlas);
    }

    private int threads() {
        if (!EngineRequest.isAuto(request.threads())) {
            return Integer.parseInt(request.threads());
        }
        int limit = threadLimit(machine);
        return Math.min(limit, calibration.map(Calibration::threads).orElse(machine.physicalCores()));
    }

    /** Usable cores (the JVM counts affinity and container limits), or the user's OMP_NUM_THREADS where that is lower. */
    static int threadLimit(MachineInfo machine) {
        String limit = System.getenv("OMP_NUM_THREADS");
        return limit != null && limit.matches("[1-9][0-9]{0,3}")
                ? Math.min(machine.cores(), Integer.parseInt(limit))
                : machine.cores();
    }

    /** MKL doubles OpenBLAS's end-to-end speed on Intel, and is left out elsewhere until it has been measured. */
    private String likelyBlas() {
        return machine.cpu().contains("Intel") && hasNatives("mkl") ? "mkl" : "openblas";
    }

    /** Returns whether the library's natives for this system are on the class path. */
    static boolean hasNatives(String library) {
        if (!library.equals("mkl")) {
            return true;
        }
        Natives.prepareJavaCpp();
        String folder = "/org/bytedeco/mkl/" + Loader.getPlatform() + "/";
        return Stream.of("libmkl_rt.so.2", "mkl_rt.2.dll", "libmkl_rt.2.dylib")
                .anyMatch(file -> Resolver.class.getResource(folder + file) != null);
    }

    private static String kernels(EngineRequest request, Progress progress) {
        boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (request.kernels().equals("fused") && !vector) {
            progress.say("engine.kernels: plain, because Java was started without --add-modules jdk.incubator.vector");
        }
        return vector && !request.kernels().equals("plain") ? "fused" : "plain";
    }
}
