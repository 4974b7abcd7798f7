package dev.mojave.tensor.engine.calibration;

import dev.mojave.base.process.ChildProcess;
import dev.mojave.base.process.JavaCommand;
import dev.mojave.base.tree.Json;
import dev.mojave.tensor.engine.calibration.Calibration.Figures;
import dev.mojave.tensor.engine.calibration.Calibration.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;

/** Runs {@link CalibrationChild} in a short-lived JVM, which is stopped at its deadline; the lines that it wrote until then count. */
final class CalibrationProcess implements Calibrator.Measurer {
    /** Time limit for loading a library, including unpacking it. */
    private static final long LOADING_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** Upper limit for starting the JVM and loading unpacked libraries; a start that takes longer includes unpacking. */
    private static final long ORDINARY_LOADING_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
    /** Time that a process has to end by itself. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    @Override
    public CalibrationSample measure(String library, CalibrationQuestion question, long budgetNanos)
            throws IOException {
        Path log = Files.createTempFile("mojave-calibration", ".log");
        Path crash = Path.of(log + ".crash");
        try (ChildProcess process =
                ChildProcess.talking(command(crash, library, question, budgetNanos), log, UnaryOperator.identity())) {
            return sample(process, library, question, budgetNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(log);
            Files.deleteIfExists(crash);
        }
    }

    private static List<String> command(Path crash, String library, CalibrationQuestion question, long budgetNanos) {
        return JavaCommand.of(
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+DisplayVMOutputToStderr",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + crash,
                        "--enable-native-access=ALL-UNNAMED"),
                CalibrationChild.class,
                CalibrationChild.arguments(
                        library, TimeUnit.NANOSECONDS.toMillis(budgetNanos - GRACE_NANOS), question));
    }

    private static CalibrationSample sample(
            ChildProcess process, String library, CalibrationQuestion question, long budgetNanos)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        List<CalibrationSample.Line> lines = new ArrayList<>();
        // The first line reports that the library is loaded.
        if (read(process, LOADING_NANOS, 1, lines)) {
            throw new IOException("its libraries were not loaded within "
                    + TimeUnit.NANOSECONDS.toSeconds(LOADING_NANOS) + " seconds");
        }
        long loaded = System.nanoTime();
        long least = TimeUnit.MILLISECONDS.toNanos(CalibrationChild.LEAST_MILLIS) + GRACE_NANOS;
        long deadline = Math.max(start + budgetNanos, loaded + least);
        boolean stopped = read(process, deadline - loaded, Integer.MAX_VALUE, lines);
        int exit = process.await(Duration.ofNanos(GRACE_NANOS)).orElse(-1);
        String unfinished = stopped
                ? "abandoned, it had not ended when the time for measuring was up"
                : exit == 0 ? "not measured" : "failed: " + reason(process);
        return sample(lines, library, question, unfinished, Math.max(0, loaded - start - ORDINARY_LOADING_NANOS));
    }

    /** Reads up to {@code most} lines, until the process ends; returns whether it had to be stopped. */
    private static boolean read(ChildProcess process, long nanos, int most, List<CalibrationSample.Line> lines)
            throws IOException {
        try (ChildProcess.Deadline deadline = process.killAfter(Duration.ofNanos(nanos))) {
            while (lines.size() < most) {
                Optional<String> text = process.readLine();
                if (text.isEmpty()) {
                    break;
                }
                try {
                    lines.add(Json.mapper().readValue(text.get(), CalibrationSample.Line.class));
                } catch (JacksonException e) {
                    // Output of a library, or a line that was incomplete when the process was stopped.
                }
            }
            return deadline.passed();
        }
    }

    /** Returns the sample in these lines, with the reason for every incomplete measurement. */
    static CalibrationSample sample(
            List<CalibrationSample.Line> lines,
            String library,
            CalibrationQuestion question,
            String unfinished,
            long unpacking)
            throws IOException {
        if (lines.isEmpty()) {
            throw new IOException(unfinished);
        }
        Map<Integer, Map<Kind, Measurement>> seen = new TreeMap<>();
        for (int threads : question.threads()) {
            Map<Kind, Measurement> kinds = new LinkedHashMap<>();
            question.kinds().forEach(kind -> kinds.put(kind, Measurement.none("not measured, the time was up")));
            seen.put(threads, kinds);
        }
        for (CalibrationSample.Line line : lines) {
            Kind kind = line.kind();
            Map<Kind, Measurement> kinds = seen.get(line.threads());
            if (kind != null && kinds != null) {
                Measurement measurement = line.measurement();
                kinds.put(kind, measurement == null ? Measurement.none(unfinished) : measurement);
            }
        }
        List<Figures> figures = new ArrayList<>();
        seen.forEach((threads, kinds) -> figures.add(new Figures(library, threads, kinds)));
        return new CalibrationSample(figures, lines.getLast().others(), unpacking);
    }

    private static String reason(ChildProcess process) {
        return process.said()
                .lines()
                .filter(l ->
                        l.contains("Exception") || l.contains("rror") || l.contains("Failure") || l.contains("SIG"))
                .findFirst()
                .map(line -> line.replaceFirst("^# *", "").strip())
                .orElse("its process ended without an answer");
    }
}
