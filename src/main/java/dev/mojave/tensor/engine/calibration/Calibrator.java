package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.Failure;
import dev.mojave.base.MojaveHome;
import dev.mojave.base.Plural;
import dev.mojave.base.Progress;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Json;
import dev.mojave.tensor.engine.machine.MachineInfo;
import dev.mojave.tensor.engine.natives.Versions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Measures this machine once, in short-lived JVMs with one BLAS library each that take turns, and caches the results in {@code
 * MOJAVE_HOME/engine}, keyed by processor, settings, usable cores and library versions. All of it takes at most ten seconds: slow or
 * failing measurements are abandoned and recorded as such, and the others count. Measurements that other programs disturbed are neither
 * kept nor trusted.
 */
public final class Calibrator {
    /** Total time of all processes in all rounds, without unpacking libraries. A process may overrun it by some tenths of a second. */
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(8500);
    /** Maximum number of turns per library: a passing disturbance then affects all libraries, and the best of each rate counts. */
    private static final int ROUNDS = 3;
    /** One round is enough if others use at most this share of the processors. */
    private static final double CALM = 0.05;
    /** Maximum share of the processors that others may use before or during a measurement. */
    static final double BUSY = 0.25;
    /** Part of the key, so that files in the format of an older version are not read. */
    private static final String FORM = "calibration 2";

    private final MachineInfo machine;
    private final Path folder;
    private final Measurer measurer;

    /** Creates a calibrator that measures in child processes and caches answers under {@code MOJAVE_HOME/engine}. */
    public Calibrator(MachineInfo machine) {
        this(machine, MojaveHome.path().resolve("engine"), new CalibrationProcess());
    }

    Calibrator(MachineInfo machine, Path folder, Measurer measurer) {
        this.machine = machine;
        this.folder = folder;
        this.measurer = measurer;
    }

    /** Measures one library in a process of its own. */
    @FunctionalInterface
    interface Measurer {
        /**
         * Returns the measurements, with the reason for each one that is missing.
         *
         * @throws IOException if the library could not be measured at all; its message gives the reason
         */
        CalibrationSample measure(String library, CalibrationQuestion question, long budgetNanos) throws IOException;
    }

    /**
     * The available measurements of the machine.
     *
     * @param calibration measurements, new or cached; empty if there are none
     * @param missing the reason, for users, why the question is unanswered; empty if it is answered or there was none
     */
    public record Answer(Optional<Calibration> calibration, Optional<String> missing) {}

    /** Returns the cached measurements of this machine with these libraries. */
    public Optional<Calibration> cached() {
        Path file = file();
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(file, Calibration.class));
        } catch (Failure e) {
            // The file is damaged or from another version; it is only a cache.
            return Optional.empty();
        }
    }

    /**
     * Answers from the cache and measures what is missing there. Processes take turns, and a later one uses the answer of an earlier one.
     * Nothing is measured while other programs use the processor, because the result would be wrong and would be kept.
     */
    public Answer cachedOrMeasured(CalibrationQuestion question, Progress progress) {
        Optional<Calibration> known = cached();
        if (question.isEmpty() || known.filter(c -> c.answers(question)).isPresent()) {
            return new Answer(known, Optional.empty());
        }
        double busy = MachineInfo.busy();
        if (busy > BUSY) {
            return new Answer(known, Optional.of(disturbed(busy)));
        }
        return exclusively(() -> {
            Optional<Calibration> meanwhile = cached();
            return meanwhile.filter(c -> c.answers(question)).isPresent()
                    ? new Answer(meanwhile, Optional.empty())
                    : undisturbed(question, meanwhile, progress);
        });
    }

    private Answer undisturbed(CalibrationQuestion question, Optional<Calibration> known, Progress progress) {
        Measured measured = measure(question, known, progress);
        return measured.disturbed()
                ? new Answer(known, Optional.of(disturbed(measured.others())))
                : new Answer(Optional.of(measured.answer()), Optional.empty());
    }

    private static String disturbed(double others) {
        return String.format(Locale.ROOT, "other programs use %.0f%% of the processor", 100 * others);
    }

    /** Measures everything again, and replaces the cached answer unless other programs disturbed the measurement. */
    public Measured measured(Progress progress) {
        return exclusively(() -> measure(CalibrationQuestion.everything(machine), Optional.empty(), progress));
    }

    /** Measures what a question asks for and adds it to the known figures. */
    Measured measured(CalibrationQuestion question, Progress progress) {
        return exclusively(() -> measure(question, cached(), progress));
    }

    /**
     * New measurements, and whether to trust them.
     *
     * @param answer the measurements
     * @param others the largest share of the processors that other programs used meanwhile, 0 to 1
     * @param failures the libraries that could not be measured, with the reason
     */
    public record Measured(Calibration answer, double others, Map<String, String> failures) {
        /** Returns whether other programs used too much of the processors. */
        public boolean disturbed() {
            return others > BUSY;
        }
    }

    /** Returns the cache file of this machine; another processor, setting, core count or library version has another file. */
    public Path file() {
        String key = String.join(
                "\n",
                FORM,
                machine.cpu(),
                machine.identity().toString(),
                String.join(" ", machine.flags()),
                String.join(" ", machine.forced()),
                machine.cores() + " " + machine.physicalCores(),
                new TreeMap<>(Versions.libraries()).toString(),
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
            // If MOJAVE_HOME is not writable, only the cache is lost, not the measurement.
            return body.get();
        }
    }

    private Measured measure(CalibrationQuestion question, Optional<Calibration> known, Progress progress) {
        Rounds rounds = new Rounds(question, progress);
        progress.start("measuring this machine, once", question.libraries().size(), "libraries");
        rounds.run();
        List<Calibration.Figures> seen = Calibration.merged(
                CalibrationSample.best(rounds.samples), failed(question, rounds.failures), Measurement::better);
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Calibration fresh = new Calibration(
                machine.cpu(), seen.stream().map(this::explained).toList(), now);
        Calibration answer = known.map(old -> old.with(fresh)).orElse(fresh);
        Measured measured = new Measured(answer, CalibrationSample.disturbance(rounds.samples), rounds.failures);
        boolean kept = !measured.disturbed() && remember(answer);
        progress.finish(sentence(answer, question, kept));
        fresh.abandoned().forEach(line -> progress.say("engine: " + line));
        return measured;
    }

    /** Runs the processes one after the other until the measurements suffice or the time is up. */
    private final class Rounds {
        private final CalibrationQuestion question;
        private final Progress progress;
        private final List<CalibrationSample> samples = new ArrayList<>();
        private final Map<String, String> failures = new LinkedHashMap<>();
        private long left = BUDGET_NANOS;

        Rounds(CalibrationQuestion question, Progress progress) {
            this.question = question;
            this.progress = progress;
        }

        void run() {
            long before = 0;
            for (int round = 0; round == 0 || wanted(round, before); round++) {
                before = left;
                List<String> libraries = question.libraries().stream()
                        .filter(library -> !failures.containsKey(library))
                        .toList();
                for (int i = 0; i < libraries.size(); i++) {
                    progress.update(i, libraries.get(i));
                    measure(libraries.get(i), left / (libraries.size() - i));
                }
                before -= left;
            }
        }

        /** Another round is needed only if others disturbed the previous ones, and possible only if the time allows one of the same length. */
        private boolean wanted(int round, long last) {
            return round < ROUNDS && CalibrationSample.most(samples) > CALM && left > last;
        }

        private void measure(String library, long budget) {
            long start = System.nanoTime();
            long unpacking = 0;
            try {
                CalibrationSample sample = measurer.measure(library, question, budget);
                unpacking = sample.unpacking();
                samples.add(sample);
            } catch (IOException e) {
                failures.put(library, "failed: " + e.getMessage());
            }
            left = Math.max(1, left - Math.max(0, System.nanoTime() - start - unpacking));
        }
    }

    /** Returns failed measurements as abandoned ones, so that not every start tries them again. */
    private static List<Calibration.Figures> failed(CalibrationQuestion question, Map<String, String> failures) {
        List<Calibration.Figures> figures = new ArrayList<>();
        failures.forEach((library, reason) -> question.threads().forEach(threads -> {
            Map<Calibration.Kind, Measurement> kinds = new LinkedHashMap<>();
            question.kinds().forEach(kind -> kinds.put(kind, Measurement.none(reason)));
            figures.add(new Calibration.Figures(library, threads, kinds));
        }));
        return figures;
    }

    /** Adds to abandoned bfloat16 products that the processor has no instructions for them, if it has none. */
    private Calibration.Figures explained(Calibration.Figures figures) {
        if (machine.multipliesNarrow()) {
            return figures;
        }
        String why = "; this processor" + (machine.forced().isEmpty() ? "" : ", as it is emulated,")
                + " has no bf16 instructions";
        Map<Calibration.Kind, Measurement> kinds = new LinkedHashMap<>(figures.measurements());
        kinds.replaceAll((kind, measurement) -> kind == Calibration.Kind.BF16_PRODUCT
                ? new Measurement(
                        measurement.points(),
                        measurement.reason().map(reason -> reason + why).orElse(null))
                : measurement);
        return new Calibration.Figures(figures.blas(), figures.threads(), kinds);
    }

    private static String sentence(Calibration answer, CalibrationQuestion question, boolean kept) {
        return answer.fastest(figures -> question.libraries().contains(figures.blas())
                        && question.threads().contains(figures.threads()))
                .map(best -> String.format(
                        Locale.ROOT,
                        "engine: %s, %s%s (%s)",
                        best.blas(),
                        Plural.of(best.threads(), "thread"),
                        best.rate(Calibration.Kind.FP32_PRODUCT)
                                .map(point -> String.format(
                                        Locale.ROOT, ", %.0f GFLOP/s in float32 at %s", point.rate(), point.label()))
                                .orElse(""),
                        kept ? "measured once, kept for later runs" : "not kept"))
                .orElse("engine: nothing could be measured");
    }

    private boolean remember(Calibration answer) {
        try {
            AtomicFiles.write(file(), Json.pretty(answer) + "\n");
            return true;
        } catch (IOException e) {
            // It will be measured again next time.
            return false;
        }
    }
}
