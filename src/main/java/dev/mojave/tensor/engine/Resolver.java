package dev.mojave.tensor.engine;

import dev.mojave.base.Progress;
import org.jspecify.annotations.Nullable;

/** Turns {@code auto} into a choice for this machine. */
final class Resolver {
    private Resolver() {}

    /** Resolves every value; what already runs decides the BLAS library that {@code auto} means. */
    static EngineChoice resolve(EngineRequest request, @Nullable EngineChoice running, Progress progress) {
        MachineInfo machine = MachineInfo.detect();
        return new EngineChoice(
                "cpu",
                EngineRequest.isAuto(request.precision()) ? "fp32" : request.precision(),
                EngineRequest.isAuto(request.blas())
                        ? running == null ? likelyBlas(machine) : running.blas()
                        : request.blas(),
                EngineRequest.isAuto(request.threads()) ? machine.physicalCores() : Integer.parseInt(request.threads()),
                kernels(request, progress),
                EngineChoice.MALLOC_SYSTEM);
    }

    /** MKL doubles OpenBLAS's end-to-end speed on Intel, and is left out elsewhere until it has been measured. */
    private static String likelyBlas(MachineInfo machine) {
        return machine.cpu().contains("Intel") && machine.operatingSystem().startsWith("Linux") && isX86()
                ? "mkl"
                : "openblas";
    }

    private static boolean isX86() {
        String arch = System.getProperty("os.arch", "");
        return arch.equals("amd64") || arch.equals("x86_64");
    }

    private static String kernels(EngineRequest request, Progress progress) {
        boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (request.kernels().equals("fused") && !vector) {
            progress.say("engine.kernels: plain, because Java was started without --add-modules jdk.incubator.vector");
        }
        return vector && !request.kernels().equals("plain") ? "fused" : "plain";
    }
}
