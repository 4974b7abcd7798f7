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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Measures this machine once, in one short-lived JVM for each BLAS library, and remembers the answer in
 * {@code MOJAVE_HOME/engine}, keyed by processor, usable cores and library versions.
 */
final class Calibrator {
    private static final List<String> LIBRARIES = List.of("openblas", "mkl");
    private static final long LIMIT_SECONDS = 120;
    private static final double BUSY = 0.5;

    private final MachineInfo machine;
    private final Path folder;

    Calibrator(MachineInfo machine) {
        this(machine, MojaveHome.path().resolve("engine"));
    }

    Calibrator(MachineInfo machine, Path folder) {
        this.machine = machine;
        this.folder = folder;
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
            progress.say(String.format(
                    Locale.ROOT,
                    "engine: other programs use %.0f%% of the processor, so it is chosen without measuring; mojave doctor measures",
                    100 * busy));
            return Optional.empty();
        }
        return exclusively(() -> cached().or(() -> measure(true, progress)));
    }

    /** Measures anew, and replaces the cached answer if told to keep it. */
    Optional<Calibration> measured(boolean keep, Progress progress) {
        return exclusively(() -> measure(keep, progress));
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

    private Optional<Calibration> exclusively(java.util.function.Supplier<Optional<Calibration>> body) {
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

    private Optional<Calibration> measure(boolean keep, Progress progress) {
        List<Calibration.Figures> figures = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<String> libraries = LIBRARIES.stream().filter(Resolver::hasNatives).toList();
        progress.start("measuring this machine, once", libraries.size(), "libraries");
        for (String library : libraries) {
            progress.update(figures.size(), library);
            try {
                figures.addAll(child(library));
            } catch (IOException e) {
                notes.add(library + " could not be measured: " + e.getMessage());
            }
        }
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Optional<Calibration> answer = Calibration.choose(machine.cpu(), figures, notes, now);
        progress.finish(answer.map(Calibrator::sentence).orElse(""));
        notes.forEach(progress::say);
        if (keep && notes.isEmpty()) {
            answer.ifPresent(this::remember);
        }
        return answer;
    }

    private static String sentence(Calibration answer) {
        return answer.of(answer.blas())
                .map(best -> String.format(
                        Locale.ROOT,
                        "engine: %s, %s, %d threads, %.0f GFLOP/s in float32 (measured once, kept for later runs)",
                        answer.blas(),
                        answer.precision(),
                        answer.threads(),
                        best.fp32Ceiling()))
                .orElse("");
    }

    private void remember(Calibration answer) {
        try {
            AtomicFiles.write(file(), Json.pretty(answer) + "\n");
        } catch (IOException e) {
            // Measured again next time.
        }
    }

    private List<Calibration.Figures> child(String library) throws IOException {
        Path figures = Files.createTempFile("mojave-calibration", ".json");
        Path log = Files.createTempFile("mojave-calibration", ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CalibrationChild.class.getName(),
                figures.toString(),
                library));
        threadCounts().forEach(count -> command.add(Integer.toString(count)));
        try {
            run(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()), log);
            return List.of(Json.mapper().readValue(Files.readString(figures), Calibration.Figures[].class));
        } finally {
            Files.deleteIfExists(figures);
            Files.deleteIfExists(log);
        }
    }

    private static void run(ProcessBuilder builder, Path log) throws IOException {
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("no answer within " + LIMIT_SECONDS + " seconds");
            }
            if (process.exitValue() != 0) {
                throw new IOException(reason(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String reason(Path log) throws IOException {
        return Files.readString(log)
                .lines()
                .filter(l -> l.contains("Exception") || l.contains("error") || l.contains("Failure"))
                .findFirst()
                .orElse("its process ended without an answer");
    }

    /** Physical cores, and hardware threads too where there are more: seldom faster, sometimes. */
    private List<Integer> threadCounts() {
        int most = Resolver.threadLimit(machine);
        int physical = Math.min(most, machine.physicalCores());
        return physical == most ? List.of(most) : List.of(physical, most);
    }
}
