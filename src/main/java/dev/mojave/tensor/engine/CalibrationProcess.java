package dev.mojave.tensor.engine;

import dev.mojave.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@link CalibrationChild} in a short-lived JVM of its own. */
record CalibrationProcess(MachineInfo machine) implements Calibrator.Measurer {
    private static final long LIMIT_SECONDS = 120;

    @Override
    public CalibrationSample measure(String library) throws IOException {
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
            return Json.read(figures, CalibrationSample.class);
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
