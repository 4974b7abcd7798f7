package dev.mojave.tensor.engine;

import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import dev.mojave.result.DoctorReport;
import dev.mojave.tensor.engine.calibration.Calibration;
import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import dev.mojave.tensor.engine.calibration.Calibrator;
import dev.mojave.tensor.engine.calibration.Measurement;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.machine.ProcessorTable;
import dev.mojave.tensor.engine.natives.Libc;
import dev.mojave.tensor.engine.natives.Natives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Examines this machine: measures it again, replaces the cached choice, and reports each problem with its remedy. */
public final class Doctor {
    private static final double LITTLE_MEMORY = 4e9;
    private static final double LITTLE_DISK = 3e9;

    private final MachineInfo machine = MachineInfo.detect();
    private final List<DoctorReport.Problem> problems = new ArrayList<>();

    private Doctor() {}

    /**
     * Measures and examines the machine within a few seconds, and never much more than ten. Never throws: whatever does not work is a
     * problem in the report.
     */
    public static DoctorReport examine(Progress progress) {
        return new Doctor().report(progress);
    }

    private DoctorReport report(Progress progress) {
        machineProblems();
        settingProblems();
        diskProblems();
        Calibrator.Measured measured = new Calibrator(machine).measured(progress);
        disturbance(measured);
        Calibration calibration = measured.answer();
        measured.failures()
                .forEach((library, reason) -> problem(
                        library + " could not be measured: " + reason,
                        library.equals("mkl") ? "see what it says; openblas works without mkl" : "see what it says"));
        EngineChoice choice = choice();
        Optional<Calibration.Figures> best = calibration.of(choice.blas());
        Optional<Measurement.Point> full = best.flatMap(f -> f.rate(Kind.FP32_PRODUCT));
        Optional<Measurement.Point> narrow = best.flatMap(f -> f.rate(Kind.BF16_PRODUCT));
        return new DoctorReport(
                machine.cpu(),
                Objects.requireNonNull(machine.described().processor()),
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
                chosenBy(measured),
                full.map(Measurement.Point::rate).orElse(null),
                narrow.map(Measurement.Point::rate).orElse(null),
                rate(best, Kind.COPY),
                full.map(Measurement.Point::label).orElse(null),
                narrow.map(Measurement.Point::label).orElse(null),
                calibration.figures().stream()
                        .filter(Calibration.Figures::usable)
                        .map(Doctor::library)
                        .toList(),
                calibration.abandoned().stream()
                        .filter(line -> measured.failures().keySet().stream().noneMatch(line::startsWith))
                        .toList(),
                List.copyOf(problems));
    }

    private String chosenBy(Calibrator.Measured measured) {
        boolean believed =
                !measured.disturbed() && measured.answer().figures().stream().anyMatch(Calibration.Figures::usable);
        return believed
                ? "as measured"
                : "not as measured, but as is usual for "
                        + ProcessorTable.of(machine, Natives.has("mkl")).processors();
    }

    private static @Nullable Double rate(Optional<Calibration.Figures> figures, Kind kind) {
        return figures.flatMap(f -> f.rate(kind)).map(Measurement.Point::rate).orElse(null);
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
        Optional<Calibration.Figures> some = Optional.of(figures);
        return new DoctorReport.Library(
                figures.blas(),
                figures.threads(),
                rate(some, Kind.FP32_PRODUCT),
                rate(some, Kind.FP32_LINEAR),
                rate(some, Kind.FP32_ATTENTION),
                rate(some, Kind.BF16_PRODUCT));
    }

    private void machineProblems() {
        if (machine.cores() < 2) {
            problem("one usable core", "training runs, at half the speed that the documentation quotes or less");
        }
        if (!machine.flags().isEmpty() && System.getProperty("os.arch", "").equals("amd64") && !machine.has("avx2")) {
            problem(
                    machine.forced().isEmpty()
                            ? "the processor has no AVX2"
                            : "the processor is used as if it had no AVX2: " + String.join(", ", machine.forced()),
                    "libtorch's fast kernels need it; expect a fifth of the speed");
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
                    "the rates are too low and neither kept nor used; run doctor again when the machine is quiet");
        }
    }

    private void settingProblems() {
        forcedProblems();
        if (machine.threadLimit() < machine.physicalCores()) {
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

    private void forcedProblems() {
        List<String> java =
                machine.forced().stream().filter(s -> s.startsWith("-XX:")).toList();
        List<String> kernels = machine.forced().stream()
                .filter(s -> s.startsWith("OPENBLAS_CORETYPE="))
                .toList();
        List<String> limits = new ArrayList<>(machine.forced());
        limits.removeAll(java);
        limits.removeAll(kernels);
        if (!limits.isEmpty()) {
            problem(
                    String.join(", ", limits) + ": libraries use this processor as if it were another",
                    "unset "
                            + String.join(
                                    ", ",
                                    limits.stream()
                                            .map(s -> s.substring(0, s.indexOf('=')))
                                            .toList()));
        }
        if (!kernels.isEmpty()) {
            problem(kernels.getFirst() + " forces OpenBLAS to one kernel", "unset OPENBLAS_CORETYPE");
        }
        if (!java.isEmpty()) {
            problem(String.join(" ", java) + " limits Java's vector kernels", "start Java without it");
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
