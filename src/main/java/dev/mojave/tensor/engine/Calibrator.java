package dev.mojave.tensor.engine;

import dev.mojave.base.AtomicFiles;
import dev.mojave.base.Failure;
import dev.mojave.base.Hashes;
import dev.mojave.base.Json;
import dev.mojave.base.MojaveHome;
import dev.mojave.base.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Measures this machine once, in short-lived JVMs of one BLAS library each that take turns, and remembers the answer in
 * {@code MOJAVE_HOME/engine}, keyed by processor, usable cores and library versions. An answer that other programs disturbed is
 * neither kept nor trusted: it would say more about them than about the machine.
 */
final class Calibrator {
    private static final List<String> LIBRARIES = List.of("openblas", "mkl");
    /** The libraries take turns at most this often, so that a passing disturbance meets both and the best of each counts. */
    private static final int ROUNDS = 3;
    /** Share of the processors that others may use for one round to be enough. */
    private static final double CALM = 0.05;
    /** Share of the processors that others may use before or while measuring. */
    static final double BUSY = 0.25;

    private final MachineInfo machine;
    private final Path folder;
    private final Measurer measurer;

    Calibrator(MachineInfo machine) {
        this(machine, MojaveHome.path().resolve("engine"), new CalibrationProcess(machine));
    }

    Calibrator(MachineInfo machine, Path folder, Measurer measurer) {
        this.machine = machine;
        this.folder = folder;
        this.measurer = measurer;
    }

    /** Measures one library, alone in its process. */
    @FunctionalInterface
    interface Measurer {
        /** Returns what was seen, or says why nothing was. */
        CalibrationSample measure(String library) throws IOException;
    }

    /** Returns what was measured earlier on this machine with these libraries. */
    Optional<Calibration> cached() {
        Path file = file();
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(file, Calibration.class));
        } catch (Failure e) {
            // Written by another version or damaged: it is only a cache.
            return Optional.empty();
        }
    }

    /**
     * Returns the cached answer, or measures; one process at a time, and the second takes the first one's answer. Nothing while
     * others use the processor: what is measured then says more about them, and would be kept.
     */
    Optional<Calibration> cachedOrMeasured(Progress progress) {
        Optional<Calibration> known = cached();
        if (known.isPresent()) {
            return known;
        }
        double busy = MachineInfo.busy();
        if (busy > BUSY) {
            sayDisturbed(busy, progress);
            return Optional.empty();
        }
        return exclusively(() -> cached().or(() -> undisturbed(progress)));
    }

    private Optional<Calibration> undisturbed(Progress progress) {
        Measured measured = measure(progress);
        if (measured.disturbed()) {
            sayDisturbed(measured.others(), progress);
            return Optional.empty();
        }
        return measured.answer();
    }

    private static void sayDisturbed(double others, Progress progress) {
        progress.say(String.format(
                Locale.ROOT,
                "engine: other programs use %.0f%% of the processor, so it is chosen without measuring; mojave doctor measures",
                100 * others));
    }

    /** Measures anew, and replaces the cached answer unless others disturbed the measurement. */
    Measured measured(Progress progress) {
        return exclusively(() -> measure(progress));
    }

    /**
     * An answer, and whether to believe it.
     *
     * @param answer what follows from the figures; empty if nothing could be measured
     * @param others the largest share of the processors that other programs used meanwhile, 0 to 1
     */
    record Measured(Optional<Calibration> answer, double others) {
        boolean disturbed() {
            return others > BUSY;
        }
    }

    /** The file of the answer: another processor, core count, library version or forced kernel is another question. */
    Path file() {
        String key = String.join(
                "\n",
                machine.cpu(),
                String.join(" ", machine.flags()),
                machine.cores() + " " + machine.physicalCores(),
                new TreeMap<>(Versions.libraries()).toString(),
                String.valueOf(System.getenv("OPENBLAS_CORETYPE")),
                String.valueOf(System.getenv("OMP_NUM_THREADS")));
        return folder.resolve(Hashes.sha256(key).substring(0, 16) + ".json");
    }

    private <T> T exclusively(Supplier<T> body) {
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve("measuring.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                return body.get();
            }
        } catch (IOException e) {
            // A home that cannot be written costs the cache, not the measurement.
            return body.get();
        }
    }

    private Measured measure(Progress progress) {
        List<CalibrationSample> samples = new ArrayList<>();
        Set<String> notes = new LinkedHashSet<>();
        List<String> libraries = LIBRARIES.stream().filter(Resolver::hasNatives).toList();
        progress.start("measuring this machine, once", libraries.size(), "libraries");
        for (int round = 0; round == 0 || (round < ROUNDS && CalibrationSample.most(samples) > CALM); round++) {
            for (int i = 0; i < libraries.size(); i++) {
                progress.update(i, libraries.get(i));
                try {
                    samples.add(measurer.measure(libraries.get(i)));
                } catch (IOException e) {
                    notes.add(libraries.get(i) + " could not be measured: " + e.getMessage());
                }
            }
        }
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Measured measured = new Measured(
                Calibration.choose(machine.cpu(), CalibrationSample.best(samples), List.copyOf(notes), now),
                CalibrationSample.disturbance(samples));
        boolean kept = notes.isEmpty() && !measured.disturbed();
        progress.finish(measured.answer().map(a -> sentence(a, kept)).orElse(""));
        notes.forEach(progress::say);
        if (kept) {
            measured.answer().ifPresent(this::remember);
        }
        return measured;
    }

    private static String sentence(Calibration answer, boolean kept) {
        return answer.of(answer.blas())
                .map(best -> String.format(
                        Locale.ROOT,
                        "engine: %s, %s, %d threads, %.0f GFLOP/s in float32 (%s)",
                        answer.blas(),
                        answer.precision(),
                        answer.threads(),
                        best.fp32Ceiling(),
                        kept ? "measured once, kept for later runs" : "not kept"))
                .orElse("");
    }

    private void remember(Calibration answer) {
        try {
            AtomicFiles.write(file(), Json.pretty(answer) + "\n");
        } catch (IOException e) {
            // Measured again next time.
        }
    }
}
