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
 * Measures this machine once, in short-lived JVMs of one BLAS library each that take turns, and remembers what they saw in
 * {@code MOJAVE_HOME/engine}, keyed by processor, settings, usable cores and library versions. Ten seconds are all there is for it: what
 * is slow or fails is abandoned, named and remembered as such, and the rest counts. What other programs disturbed is neither kept nor
 * trusted: it would say more about them than about the machine.
 */
public final class Calibrator {
    /** For all processes of all rounds; unpacking a library is not counted. What ends late does so by some tenths of a second. */
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(8500);
    /** The libraries take turns at most this often, so that a passing disturbance meets both and the best of each counts. */
    private static final int ROUNDS = 3;
    /** Share of the processors that others may use for one round to be enough. */
    private static final double CALM = 0.05;
    /** Share of the processors that others may use before or while measuring. */
    static final double BUSY = 0.25;
    /** Part of the key: what an older version has written in another form is not read. */
    private static final String FORM = "calibration 2";

    private final MachineInfo machine;
    private final Path folder;
    private final Measurer measurer;

    /** Measures a machine in a process of its own; answers are kept under {@code MOJAVE_HOME/engine}. */
    public Calibrator(MachineInfo machine) {
        this(machine, MojaveHome.path().resolve("engine"), new CalibrationProcess());
    }

    Calibrator(MachineInfo machine, Path folder, Measurer measurer) {
        this.machine = machine;
        this.folder = folder;
        this.measurer = measurer;
    }

    /** Measures one library, alone in its process. */
    @FunctionalInterface
    interface Measurer {
        /**
         * Returns what was seen, with the reason for whatever was not.
         *
         * @throws IOException if nothing of the library could be measured; its message says why
         */
        CalibrationSample measure(String library, CalibrationQuestion question, long budgetNanos) throws IOException;
    }

    /**
     * What is known of the machine.
     *
     * @param calibration what was measured, now or earlier; empty if nothing
     * @param missing why the question is not answered, in words; empty if it is, or was not asked
     */
    public record Answer(Optional<Calibration> calibration, Optional<String> missing) {}

    /** Returns what was measured earlier on this machine with these libraries. */
    public Optional<Calibration> cached() {
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
     * Answers from the cache, or measures what is missing there; one process at a time, and the second takes the first one's answer.
     * Nothing is measured while others use the processor: it would say more about them, and would be kept.
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

    /** Measures everything anew, and replaces the cached answer unless others disturbed the measurement. */
    public Measured measured(Progress progress) {
        return exclusively(() -> measure(CalibrationQuestion.everything(machine), Optional.empty(), progress));
    }

    /** Measures what a question asks and adds it to what is known. */
    Measured measured(CalibrationQuestion question, Progress progress) {
        return exclusively(() -> measure(question, cached(), progress));
    }

    /**
     * An answer, and whether to believe it.
     *
     * @param answer what was measured
     * @param others the largest share of the processors that other programs used meanwhile, 0 to 1
     * @param failures libraries of which nothing could be measured, with the reason
     */
    public record Measured(Calibration answer, double others, Map<String, String> failures) {
        /** Returns whether other programs used too much of the processors. */
        public boolean disturbed() {
            return others > BUSY;
        }
    }

    /** The file of the answer: another processor, setting, core count or library version is another question. */
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
            // A home that cannot be written costs the cache, not the measurement.
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

    /** The processes, one after the other, until it is enough or the time is up. */
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

        /** Another round only where others disturbed the last ones, and where it can be as long as they were. */
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

    /** What could not be measured at all is remembered like what was abandoned, or every start would try again. */
    private static List<Calibration.Figures> failed(CalibrationQuestion question, Map<String, String> failures) {
        List<Calibration.Figures> figures = new ArrayList<>();
        failures.forEach((library, reason) -> question.threads().forEach(threads -> {
            Map<Calibration.Kind, Measurement> kinds = new LinkedHashMap<>();
            question.kinds().forEach(kind -> kinds.put(kind, Measurement.none(reason)));
            figures.add(new Calibration.Figures(library, threads, kinds));
        }));
        return figures;
    }

    /** Says of abandoned bfloat16 products that the processor is not made for them, where that is so. */
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
            // Measured again next time.
            return false;
        }
    }
}
