package dev.mojave.tensor.engine;

import dev.mojave.base.Json;
import dev.mojave.tensor.engine.Calibration.Figures;
import dev.mojave.tensor.engine.Calibration.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;

/** Runs {@link CalibrationChild} in a short-lived JVM of its own, which is stopped at its deadline; what it had said by then counts. */
final class CalibrationProcess implements Calibrator.Measurer {
    /** How long a library may take to load, which may include unpacking it. */
    private static final long LOADING_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** What starting the JVM and loading what has been unpacked take at most; what takes longer unpacks. */
    private static final long ORDINARY_LOADING_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);
    /** What a process may take to end by itself. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final long POLL_MILLIS = 20;

    private enum End {
        BY_ITSELF,
        STOPPED
    }

    @Override
    public CalibrationSample measure(String library, CalibrationQuestion question, long budgetNanos)
            throws IOException {
        Path lines = Files.createTempFile("mojave-calibration", ".jsonl");
        Path log = Files.createTempFile("mojave-calibration", ".log");
        Path crash = Path.of(log + ".crash");
        try {
            Process process = new ProcessBuilder(command(lines, crash, library, question, budgetNanos))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                return sample(process, library, question, budgetNanos, lines, log);
            } finally {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(lines);
            Files.deleteIfExists(log);
            Files.deleteIfExists(crash);
        }
    }

    private static List<String> command(
            Path lines, Path crash, String library, CalibrationQuestion question, long budgetNanos) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + crash,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CalibrationChild.class.getName()));
        command.addAll(CalibrationChild.arguments(
                lines, library, TimeUnit.NANOSECONDS.toMillis(budgetNanos - GRACE_NANOS), question));
        return command;
    }

    private static CalibrationSample sample(
            Process process, String library, CalibrationQuestion question, long budgetNanos, Path lines, Path log)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long loaded = awaitLoaded(process, lines, start);
        long least = TimeUnit.MILLISECONDS.toNanos(CalibrationChild.LEAST_MILLIS) + GRACE_NANOS;
        long deadline = Math.max(start + budgetNanos, loaded + least);
        End end = process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS) ? End.BY_ITSELF : End.STOPPED;
        if (end == End.STOPPED) {
            process.destroyForcibly().waitFor();
        }
        String unfinished = end == End.STOPPED
                ? "abandoned, it had not ended when the time for measuring was up"
                : process.exitValue() == 0 ? "not measured" : "failed: " + reason(log);
        return sample(read(lines), library, question, unfinished, Math.max(0, loaded - start - ORDINARY_LOADING_NANOS));
    }

    /** Returns when the library was loaded. */
    private static long awaitLoaded(Process process, Path lines, long start) throws IOException, InterruptedException {
        while (Files.size(lines) == 0) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                break;
            }
            if (System.nanoTime() - start > LOADING_NANOS) {
                throw new IOException("its libraries were not loaded within "
                        + TimeUnit.NANOSECONDS.toSeconds(LOADING_NANOS) + " seconds");
            }
        }
        return System.nanoTime();
    }

    private static List<CalibrationSample.Line> read(Path file) throws IOException {
        List<CalibrationSample.Line> lines = new ArrayList<>();
        for (String text : Files.readAllLines(file)) {
            try {
                lines.add(Json.mapper().readValue(text, CalibrationSample.Line.class));
            } catch (JacksonException e) {
                // The line that was being written when the process was stopped.
                break;
            }
        }
        return lines;
    }

    /** What lines say, with the reason for whatever they do not say to the end. */
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

    private static String reason(Path log) throws IOException {
        // Whatever encoding the system's messages have.
        return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(l ->
                        l.contains("Exception") || l.contains("rror") || l.contains("Failure") || l.contains("SIG"))
                .findFirst()
                .map(line -> line.replaceFirst("^# *", "").strip())
                .orElse("its process ended without an answer");
    }
}
