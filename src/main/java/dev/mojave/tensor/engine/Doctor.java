package dev.mojave.tensor.engine;

import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import dev.mojave.result.DoctorReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Examines this machine: measures it anew, replaces the cached choice, and says what stands in the way and what to do. */
public final class Doctor {
    private static final double LITTLE_MEMORY = 4e9;
    private static final double LITTLE_DISK = 3e9;

    private final MachineInfo machine = MachineInfo.detect();
    private final List<DoctorReport.Problem> problems = new ArrayList<>();

    private Doctor() {}

    /** Measures and examines; a few seconds. Never fails: what does not work is a problem in the report. */
    public static DoctorReport examine(Progress progress) {
        return new Doctor().report(progress);
    }

    private DoctorReport report(Progress progress) {
        machineProblems();
        settingProblems();
        diskProblems();
        Calibrator.Measured measured = new Calibrator(machine).measured(progress);
        disturbance(measured);
        Optional<Calibration> calibration = measured.answer();
        calibration.ifPresent(
                c -> c.notes().forEach(note -> problem(note, "see what it says; openblas works without mkl")));
        if (calibration.isEmpty()) {
            problem("nothing could be measured", "see the problem about native libraries");
        }
        EngineChoice choice = choice();
        Optional<Calibration.Figures> best =
                calibration.flatMap(c -> c.of(choice.blas()).or(() -> c.of(c.blas())));
        return new DoctorReport(
                machine.cpu(),
                machine.cores(),
                machine.physicalCores(),
                machine.memoryBytes(),
                machine.operatingSystem(),
                Runtime.version().toString(),
                Engine.versions(),
                choice.blas(),
                choice.precision(),
                choice.threads(),
                choice.kernels(),
                choice.malloc(),
                best.map(Calibration.Figures::fp32Ceiling).orElse(0.0),
                best.map(Calibration.Figures::bf16Ceiling).orElse(0.0),
                best.map(Calibration.Figures::copyGbPerSecond).orElse(0.0),
                calibration.map(Calibration::figures).orElse(List.of()).stream()
                        .map(Doctor::library)
                        .toList(),
                List.copyOf(problems));
    }

    private EngineChoice choice() {
        try {
            return Engine.current();
        } catch (Failure e) {
            problem(String.valueOf(e.getMessage()), "without the native libraries nothing can be trained or generated");
            return Resolver.resolve(EngineRequest.DEFAULT, null, false, Progress.SILENT);
        }
    }

    private static DoctorReport.Library library(Calibration.Figures figures) {
        return new DoctorReport.Library(
                figures.blas(),
                figures.threads(),
                figures.fp32Ceiling(),
                figures.fp32Linear(),
                figures.fp32Attention(),
                figures.bf16Ceiling());
    }

    private void machineProblems() {
        if (machine.cores() < 2) {
            problem("one usable core", "training runs, at half the speed that the documentation quotes or less");
        }
        if (!machine.flags().isEmpty() && System.getProperty("os.arch", "").equals("amd64") && !machine.has("avx2")) {
            problem("the processor has no AVX2", "libtorch's fast kernels need it; expect a fifth of the speed");
        }
        if (machine.memoryBytes() < LITTLE_MEMORY) {
            problem(
                    "little memory: " + Units.bytes((double) machine.memoryBytes()),
                    "the quickstart needs 2 GB free; use a smaller train.micro_batch_size for your own recipes");
        }
    }

    private void disturbance(Calibrator.Measured measured) {
        if (measured.disturbed()) {
            problem(
                    String.format(
                            Locale.ROOT,
                            "other programs used %.0f%% of the processor while measuring",
                            100 * measured.others()),
                    "the rates are too low and were not kept; run doctor again when the machine is quiet");
        }
    }

    private void settingProblems() {
        String coreType = System.getenv("OPENBLAS_CORETYPE");
        if (coreType != null) {
            problem("OPENBLAS_CORETYPE=" + coreType + " forces OpenBLAS to one kernel", "unset OPENBLAS_CORETYPE");
        }
        if (Resolver.threadLimit(machine) < machine.physicalCores()) {
            problem(
                    "OMP_NUM_THREADS=" + System.getenv("OMP_NUM_THREADS") + " leaves cores unused",
                    "unset OMP_NUM_THREADS, or set engine.threads");
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            problem(
                    "Java runs without its vector module: kernels are plain",
                    "start through ./mojave, or add --add-modules=jdk.incubator.vector");
        }
        if (Libc.find().isEmpty()) {
            problem("no glibc: freed memory goes back to the system at every step", "expect slower training steps");
        }
    }

    private void diskProblems() {
        for (Path folder : List.of(MojaveHome.path(), Path.of("").toAbsolutePath())) {
            Path existing = folder.toAbsolutePath();
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            try {
                long free = Files.getFileStore(existing).getUsableSpace();
                if (free < LITTLE_DISK) {
                    problem(
                            "little disk space: " + Units.bytes((double) free) + " at " + folder,
                            "free some, or point MOJAVE_HOME and --output elsewhere");
                }
                if (!Files.isWritable(existing)) {
                    problem(existing + " is not writable", "point MOJAVE_HOME or --output to a folder of yours");
                }
            } catch (IOException e) {
                problem(existing + " cannot be examined: " + e.getMessage(), "check that the disk is there");
            }
        }
    }

    private void problem(String problem, String remedy) {
        problems.add(new DoctorReport.Problem(problem, remedy));
    }
}
